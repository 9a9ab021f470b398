package org.align4j.bench.kernel;

import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.stored.StoredFormat;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Products with weights as their files store them; F32 is what they are measured by. */
public class StoredProductBenchmark {

  /** Operands of one shape; the weights take turns, so that many come from memory. */
  @State(Scope.Benchmark)
  public static class Shape {
    @Param({"1", "4", "16", "64"})
    int rows;

    @Param({"576x1536"})
    String weight = "";

    @Param({"F32", "BF16", "F16", "Q8_0", "Q6_K", "Q4_0", "Q4_K"})
    StoredFormat format = StoredFormat.F32;

    /** Weights: 64 come from memory, one stays in the caches. */
    @Param({"64"})
    int matrices;

    private Panels[] weights = {};
    private int turn;
    private Task product = (from, to, scratch) -> {};
    private Task transpose = product;
    private int tiles;
    private int panels;
    private double gigaflop;

    /** Fills the operands. */
    @Setup
    public void fill(KernelState state) {
      String[] sizes = weight.split("x", -1);
      int depth = Integer.parseInt(sizes[0]);
      int columns = Integer.parseInt(sizes[1]);
      // k-quants have blocks of 256
      depth += -depth & format.blockElements() - 1;
      weights = new Panels[matrices];
      for (int i = 0; i < matrices; i++) {
        weights[i] = state.stored(format, depth, columns);
      }
      ProductKernels products = state.kernels.products();
      Matrix x = state.matrix(rows, depth);
      Matrix y = state.matrix(rows, columns);
      product =
          (from, to, s) -> products.product(x, rows, weights[turn], null, y, false, from, to, s);
      tiles = products.productTiles(rows, weights[0]);
      PackedMatrix transposed = state.packed(/* depth= */ columns, /* columns= */ depth);
      transpose = (from, to, s) -> products.packTransposed(weights[turn], transposed, from, to, s);
      panels = transposed.panels();
      gigaflop = 2e-9 * rows * depth * columns;
    }
  }

  /** {@code y = x · W}. */
  @Benchmark
  public void product(KernelState state, Shape shape, Work work) {
    shape.turn = (shape.turn + 1) % shape.matrices;
    ProductKernels.run(state.threads, shape.product, shape.rows, shape.tiles);
    work.gigaflop += shape.gigaflop;
  }

  /** Packs the transposed weight. */
  @Benchmark
  public void transpose(KernelState state, Shape shape) {
    shape.turn = (shape.turn + 1) % shape.matrices;
    state.threads.run(shape.transpose, shape.panels, 1);
  }
}
