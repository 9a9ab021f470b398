package org.align4j.core.plan.run;

import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;

/** A kernel whose operands are gathered once a batch, before its tiles run. */
public final class BoundStage<T> implements Stage, Task {

  private final Context context;
  private final IntSupplier items;
  private final int tile;
  private final Supplier<T> operands;
  private final Kernel<T> kernel;
  private final Bound<T> bound = new Bound<>("operands");

  /** A kernel over a range of the items. */
  @FunctionalInterface
  public interface Kernel<T> {
    void run(T operands, int from, int to, Scratch scratch);
  }

  /** A stage over so many items, in tiles. */
  public BoundStage(
      Context context, IntSupplier items, int tile, Supplier<T> operands, Kernel<T> kernel) {
    this.context = context;
    this.items = items;
    this.tile = tile;
    this.operands = operands;
    this.kernel = kernel;
  }

  @Override
  public void run() {
    bound.set(operands.get());
    context.threads().run(this, items.getAsInt(), tile);
  }

  @Override
  public void run(int from, int to, Scratch scratch) {
    kernel.run(bound.get(), from, to, scratch);
  }
}
