package org.align4j.bench.kernel;

import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.WeightLayout;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Matrix products of SmolLM2-135M's shapes. For few rows the weights take turns, so that they come
 * from memory as they do in a decode step.
 */
public class ProductBenchmark {

  /** Operands of one shape. */
  @State(Scope.Benchmark)
  public static class Shape {
    @Param({"1", "2", "4", "16", "64", "2048"})
    int rows;

    @Param({"576x1536", "1536x576"})
    String weight = "";

    private PackedMatrix[] weights = {};
    private int turn;
    private int depth;
    private int columns;
    private Task product = (from, to, scratch) -> {};
    private Task gradient = product;
    private Task pack = product;
    private int tiles;
    private int gradientTiles;

    /** Fills the operands. */
    @Setup
    public void fill(KernelState state) {
      String[] sizes = weight.split("x", -1);
      depth = Integer.parseInt(sizes[0]);
      columns = Integer.parseInt(sizes[1]);
      weights = new PackedMatrix[rows <= 64 ? 64 : 1];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = state.packed(depth, columns);
      }
      Matrix x = state.matrix(rows, depth);
      Matrix y = state.matrix(rows, columns);
      product =
          (from, to, s) ->
              state.kernels.products().product(x, rows, weights[turn], null, y, false, from, to, s);
      tiles = state.kernels.products().productTiles(rows, weights[0]);
      PackedMatrix right = state.packed(rows, depth);
      Matrix dWeight = state.matrix(columns, depth);
      gradient =
          (from, to, s) ->
              state
                  .kernels
                  .products()
                  .transposedProduct(y, columns, right, dWeight, true, from, to, s);
      gradientTiles = state.kernels.products().productTiles(columns, right);
      pack =
          (from, to, s) ->
              state.kernels.products().pack(dWeight, WeightLayout.OUT_IN, weights[0], from, to);
    }

    double gigaflop() {
      return 2e-9 * rows * depth * columns;
    }

    double weightGigabytes() {
      return 4e-9 * depth * columns;
    }
  }

  /** {@code y = x · W}; gigabytes are those of the weights. */
  @Benchmark
  public void product(KernelState state, Shape shape, Work work) {
    shape.turn = (shape.turn + 1) % shape.weights.length;
    ProductKernels.run(state.threads, shape.product, shape.rows, shape.tiles);
    work.gigaflop += shape.gigaflop();
    work.gigabytes += shape.weightGigabytes();
  }

  /** {@code dW += dyᵀ · x}, x packed. */
  @Benchmark
  public void weightGradient(KernelState state, Shape shape, Work work) {
    state.threads.run(shape.gradient, shape.gradientTiles, 1);
    work.gigaflop += shape.gigaflop();
  }

  /** Packs one weight. */
  @Benchmark
  public void pack(KernelState state, Shape shape, Work work) {
    state.threads.run(shape.pack, shape.weights[0].panels(), 4);
    work.gigabytes += 2 * shape.weightGigabytes();
  }
}
