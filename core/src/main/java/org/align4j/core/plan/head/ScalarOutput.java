package org.align4j.core.plan.head;

import org.align4j.core.engine.Head;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.plan.run.Bound;
import org.align4j.core.plan.run.Stage;
import org.jspecify.annotations.Nullable;

/** One number per labelled row: a value or a reward. */
public final class ScalarOutput implements PlanHead {

  private final Stage.Context context;
  private final NativeFloats weight;
  private final @Nullable NativeFloats bias;
  private final Head.Scalar<PlanNode> head;
  private final NativeMemory memory = new NativeMemory();
  private final Task forward = this::forwardTile;
  private final Task backward = this::backwardTile;
  private NativeFloats values = memory.allocate(16);
  private final Bound<Matrix> hidden = new Bound<>("hidden states");
  private final Bound<HeadKernels.ScalarGradient> gradient = new Bound<>("gradients");
  private int[] rows = new int[0];

  /** A head. */
  public ScalarOutput(Stage.Context context, Head.Scalar<PlanNode> head) {
    this.context = context;
    this.weight = context.weights().floats(head.weight());
    this.head = head;
    PlanNode biasNode = head.bias();
    this.bias = biasNode == null ? null : context.weights().floats(biasNode);
  }

  @Override
  public void forward(
      Matrix from,
      int[] atRows,
      int[] labels,
      int rowCount,
      float temperature,
      HeadResults results,
      boolean keep) {
    if (values.length() < rowCount) {
      memory.free(values);
      values = memory.allocate(rowCount);
    }
    hidden.set(from);
    rows = atRows;
    context.threads().run(forward, rowCount, 64);
    values.copyTo(results.outputs(), 0, rowCount);
  }

  private void forwardTile(int from, int to, Scratch scratch) {
    context.kernels().heads().scalarHead(hidden.get(), rows, weight, bias, values, from, to);
  }

  @Override
  public void backward(
      Matrix from,
      int[] atRows,
      int[] labels,
      int rowCount,
      float temperature,
      HeadCoefficients coefficients,
      Matrix target,
      int @Nullable [] kept) {
    PlanNode biasNode = head.bias();
    gradient.set(
        new HeadKernels.ScalarGradient(
            from,
            atRows,
            rowCount,
            weight,
            coefficients.dOutputs(),
            target,
            context.weights().gradient(head.weight()),
            biasNode == null ? null : context.weights().gradient(biasNode)));
    int columns = (int) weight.length();
    context.threads().run(backward, columns, Stage.Context.columnTile(columns));
  }

  private void backwardTile(int from, int to, Scratch scratch) {
    context.kernels().heads().scalarHeadGradient(gradient.get(), from, to);
  }

  @Override
  public void close() {
    memory.close();
  }
}
