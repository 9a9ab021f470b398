package org.align4j.core.plan.run;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.plan.layout.Slot;

/** {@code dW += leftᵀ · right} over the rows of the batch. */
public final class WeightGradientStage implements Stage, Task {

  private final Context context;
  private final Kernels kernels;
  private final Slot left;
  private final Slot right;
  private final boolean reuse;
  private final PackedRows packed;
  private final Matrix gradient;
  private final Bound<Matrix> operand = new Bound<>("rows");
  private final Bound<PackedMatrix> panels = new Bound<>("panels");

  /**
   * A stage.
   *
   * @param left {@code [N, rows of dW]}
   * @param right {@code [N, columns of dW]}
   * @param reuse whether right does not change while it is in use, so that its panels serve the
   *     next stage that wants them too
   */
  public WeightGradientStage(
      Context context, Slot left, Slot right, boolean reuse, PackedRows packed, Matrix gradient) {
    this.context = context;
    this.kernels = context.kernels();
    this.left = left;
    this.right = right;
    this.reuse = reuse;
    this.packed = packed;
    this.gradient = gradient;
  }

  @Override
  public void run() {
    PackedMatrix made = panels.set(packed.of(right, context.batch(), reuse));
    operand.set(left.matrix());
    context.threads().run(this, kernels.products().productTiles(gradient.rows(), made), 1);
  }

  @Override
  public void run(int from, int to, Scratch scratch) {
    kernels
        .products()
        .transposedProduct(
            operand.get(), gradient.rows(), panels.get(), gradient, true, from, to, scratch);
  }
}
