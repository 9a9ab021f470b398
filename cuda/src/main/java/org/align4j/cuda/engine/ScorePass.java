package org.align4j.cuda.engine;

import java.util.Arrays;
import java.util.List;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.graph.Graph;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.run.SubBatch;
import org.align4j.cuda.engine.op.CudaContext;
import org.align4j.cuda.engine.op.CudaPlan;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.kernel.DeviceMatrix;

/** Forward passes that keep nothing, of as many tokens at once as there is memory for. */
final class ScorePass implements AutoCloseable {

  private final CudaContext context;
  private final CudaPlan plan;
  private final int columns;
  private final int tokens;
  private final DeviceBuffer hiddenRows;
  private final DeviceBuffer stateRows;

  /** Of a network, whose context this is. */
  ScorePass(Graph graph, CudaContext context, CudaMemory.Budget budget) {
    this.context = context;
    this.plan = new CudaPlan(graph, Backward.NONE, context, null);
    this.columns = graph.hidden().columns();
    this.tokens =
        budget.scoreTokens(CudaPlan.bytesPerToken(graph, parameter -> false, Backward.NONE));
    this.hiddenRows = new DeviceBuffer(context.device());
    this.stateRows = new DeviceBuffer(context.device());
  }

  /** What is computed at once. */
  List<SubBatch> parts(TokenBatch batch) {
    return SubBatch.split(batch, tokens);
  }

  /** Computes a part; its hidden states are in the plan until the next one. */
  CudaPlan run(SubBatch part) {
    context.weights().refresh();
    plan.reserve(part.batch().tokens().length, tokens);
    context.batch().set(part.batch().tokens(), part.batch().layout());
    plan.forward();
    return plan;
  }

  /** Hidden states at the labelled rows, {@code [M, D]}, in this room. */
  DeviceMatrix hidden(TokenBatch batch, DeviceBuffer room) {
    int all = batch.rows().length;
    DeviceMatrix states =
        DeviceMatrix.dense(room.reserve((long) Float.BYTES * all * columns), all, columns);
    for (SubBatch part : parts(batch)) {
      DeviceMatrix hidden = run(part).hidden();
      int[] rows = part.batch().rows();
      int[] outputs = new int[rows.length];
      Arrays.setAll(outputs, part::output);
      long from = hiddenRows.set(rows, rows.length);
      long to = stateRows.set(outputs, rows.length);
      context.kernels().rows().scatterRows(hidden, from, to, states, rows.length, columns);
    }
    return states;
  }

  @Override
  public void close() {
    plan.close();
    context.batch().close();
    hiddenRows.close();
    stateRows.close();
  }
}
