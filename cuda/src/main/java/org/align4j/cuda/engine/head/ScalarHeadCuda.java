package org.align4j.cuda.engine.head;

import java.lang.foreign.MemorySegment;
import org.align4j.core.engine.Head;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.plan.head.PlanHead.HeadCoefficients;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.cuda.engine.op.CudaContext;
import org.align4j.cuda.engine.run.CudaWeights;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.kernel.DeviceMatrix;

/** One number per labelled row: a value or a reward. */
public final class ScalarHeadCuda implements CudaHead {

  private final CudaContext context;
  private final Head.Scalar<PlanNode> head;
  private final DeviceBuffer rowIndex;
  private final DeviceBuffer values;

  /** A head. */
  public ScalarHeadCuda(CudaContext context, Head.Scalar<PlanNode> head) {
    this.context = context;
    this.head = head;
    this.rowIndex = new DeviceBuffer(context.device());
    this.values = new DeviceBuffer(context.device());
  }

  @Override
  public void forward(
      DeviceMatrix hidden,
      int[] rows,
      int[] labels,
      int count,
      float temperature,
      HeadResults results) {
    if (count == 0) {
      return;
    }
    PlanNode bias = head.bias();
    long index = rowIndex.set(rows, count);
    long answers = values.reserveMore((long) Float.BYTES * count);
    CudaWeights weights = context.weights();
    context
        .kernels()
        .heads()
        .scalarHead(
            hidden,
            index,
            weights.floats(head.weight()),
            bias == null ? 0 : weights.floats(bias),
            answers,
            count,
            hidden.columns());
    context
        .device()
        .read(
            answers,
            MemorySegment.ofArray(results.outputs()).asSlice(0, (long) Float.BYTES * count));
  }

  @Override
  public void backward(
      DeviceMatrix hidden,
      int[] rows,
      int[] labels,
      int count,
      float temperature,
      HeadCoefficients coefficients,
      DeviceMatrix target) {
    PlanNode bias = head.bias();
    CudaWeights weights = context.weights();
    // Gradients of a frozen weight and a frozen bias go to the same memory, which nobody reads.
    long ofWeight = weights.gradient(head.weight());
    context
        .kernels()
        .heads()
        .scalarHeadGradient(
            hidden,
            rowIndex.set(rows, count),
            count,
            weights.floats(head.weight()),
            values.set(coefficients.dOutputs(), count),
            target,
            ofWeight,
            bias == null ? 0 : weights.gradient(bias),
            hidden.columns());
  }

  @Override
  public void close() {
    rowIndex.close();
    values.close();
  }
}
