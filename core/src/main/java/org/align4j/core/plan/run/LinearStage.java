package org.align4j.core.plan.run;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.plan.layout.Slot;
import org.jspecify.annotations.Nullable;

/** Products with weights: forward and input gradient. */
public final class LinearStage implements Stage, Task {

  private final Context context;
  private final Kernels kernels;
  private final Slot x;
  private final @Nullable Panels kept;
  private final Weights.@Nullable Transposed made;
  private final @Nullable NativeFloats bias;
  private final Slot y;
  private final boolean add;
  private final Bound<Panels> weight = new Bound<>("panels");
  private final Bound<Matrix> left = new Bound<>("rows");
  private final Bound<Matrix> result = new Bound<>("results");
  private int rows;

  private LinearStage(
      Context context,
      Slot x,
      @Nullable Panels kept,
      Weights.@Nullable Transposed made,
      @Nullable NativeFloats bias,
      Slot y,
      boolean add) {
    this.context = context;
    this.kernels = context.kernels();
    this.x = x;
    this.kept = kept;
    this.made = made;
    this.bias = bias;
    this.y = y;
    this.add = add;
  }

  /** {@code y = x · W + bias}. */
  public static Stage forward(
      Context context, Slot x, Panels weight, @Nullable NativeFloats bias, Slot y) {
    return new LinearStage(context, x, weight, null, bias, y, false);
  }

  /** {@code dx = dy · Wᵀ}, or added. */
  public static Stage inputGradient(
      Context context, Slot dy, Weights.Transposed weight, Slot dx, boolean add) {
    return new LinearStage(context, dy, null, weight, null, dx, add);
  }

  /** What is multiplied. */
  Slot x() {
    return x;
  }

  @Override
  public void run() {
    int tiles = bind();
    ProductKernels.run(context.threads(), this, rows, tiles);
  }

  /** Rows of the batch, once operands are bound. */
  int rows() {
    return rows;
  }

  /** Gets the operands of this batch ready; the number of tiles. */
  int bind() {
    Panels panels = kept;
    if (made != null) {
      panels = made.get();
    }
    if (panels == null) {
      throw new IllegalStateException("a product without a weight");
    }
    weight.set(panels);
    left.set(x.matrix());
    result.set(y.matrix());
    rows = context.batch().rows();
    return kernels.products().productTiles(rows, panels);
  }

  @Override
  public void run(int from, int to, Scratch scratch) {
    kernels
        .products()
        .product(left.get(), rows, weight.get(), bias, result.get(), add, from, to, scratch);
  }
}
