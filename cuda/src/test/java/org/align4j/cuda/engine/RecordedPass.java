package org.align4j.cuda.engine;

import java.lang.foreign.MemorySegment;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.runtime.Precision;
import org.align4j.core.tensor.Parameters;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.op.CudaContext;
import org.align4j.cuda.engine.op.CudaPlan;
import org.align4j.cuda.engine.run.CudaWeights;
import org.align4j.cuda.engine.run.Gpu;
import org.align4j.cuda.engine.run.RopeTables;
import org.align4j.cuda.kernel.DeviceMatrix;

/** The forward pass of a network, run as it is and from a record of it. */
final class RecordedPass implements AutoCloseable {

  private final Device device;
  private final CudaContext context;
  private final CudaPlan plan;

  RecordedPass(Device device, NetworkDefinition definition, Parameters parameters) {
    this.device = device;
    Gpu gpu = new Gpu(device);
    Graph graph = PlanOps.record(definition);
    context =
        CudaContext.of(
            graph,
            gpu,
            new CudaWeights(gpu, parameters, null),
            new RopeTables(device),
            Precision.FP32);
    plan = new CudaPlan(graph, Backward.NONE, context, null);
  }

  float[] now(TokenBatch tokens) {
    prepare(tokens);
    plan.forward();
    return hidden();
  }

  float[] again(TokenBatch tokens) {
    prepare(tokens);
    try (Device.Graph graph = device.capture(plan::forward)) {
      graph.launch();
      return hidden();
    }
  }

  private void prepare(TokenBatch tokens) {
    context.weights().refresh();
    plan.reserve(tokens.tokens().length, tokens.tokens().length);
    context.batch().set(tokens.tokens(), tokens.layout());
  }

  private float[] hidden() {
    DeviceMatrix hidden = plan.hidden();
    float[] values = new float[hidden.rows() * hidden.columns()];
    device.read(hidden.address(), MemorySegment.ofArray(values));
    return values;
  }

  @Override
  public void close() {
    plan.close();
    context.weights().close();
    context.batch().close();
    context.ropes().close();
  }
}
