package org.align4j.core.plan.run;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;

/**
 * One entry of a running plan. It is made once with everything it needs; running it allocates and
 * looks up nothing.
 */
public interface Stage {

  void run();

  /** Kernels, threads and the current batch: what all stages share. */
  record Context(Kernels kernels, Threads threads, Weights weights, Batch batch) {

    /** Rows per tile, so that a tile holds about 64 KB of each operand. */
    public static int rowTile(int columns) {
      return Math.max(1, (16 << 10) / columns);
    }

    /** Columns per tile where rows are summed in order: a whole number of cache lines. */
    public static int columnTile(int columns) {
      return Math.max(16, (columns / 8 + 15) / 16 * 16);
    }
  }

  /** A stage whose rows are independent. */
  abstract class Rows implements Stage, Task {

    final Context context;
    final Kernels kernels;
    private final int tile;

    /** A stage over slots of so many columns. */
    protected Rows(Context context, int columns) {
      this.context = context;
      this.kernels = context.kernels();
      this.tile = Context.rowTile(columns);
    }

    @Override
    public void run() {
      context.threads().run(this, context.batch().rows(), tile);
    }
  }

  /** A sum over rows in order, split over columns. */
  abstract class ColumnSums implements Stage, Task {

    final Context context;
    final Kernels kernels;
    private final int columns;
    private final int tile;

    ColumnSums(Context context, int columns) {
      this.context = context;
      this.kernels = context.kernels();
      this.columns = columns;
      this.tile = Context.columnTile(columns);
    }

    @Override
    public void run() {
      context.threads().run(this, columns, tile);
    }
  }

  /** Does nothing. */
  Stage NONE = () -> {};

  /** A row stage of a lambda. */
  static Stage rows(Context context, int columns, RangeKernel kernel) {
    return new Rows(context, columns) {
      @Override
      public void run(int from, int to, Scratch scratch) {
        kernel.run(from, to);
      }
    };
  }

  /** A column stage of a lambda. */
  static Stage columns(Context context, int columns, RangeKernel kernel) {
    return new ColumnSums(context, columns) {
      @Override
      public void run(int from, int to, Scratch scratch) {
        kernel.run(from, to);
      }
    };
  }

  /** The stages one after the other. */
  static Stage sequence(Stage... stages) {
    return () -> {
      for (Stage stage : stages) {
        stage.run();
      }
    };
  }

  /** A kernel call on a range, all its operands bound. */
  @FunctionalInterface
  interface RangeKernel {
    void run(int from, int to);
  }
}
