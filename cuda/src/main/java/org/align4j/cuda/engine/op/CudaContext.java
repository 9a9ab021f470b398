package org.align4j.cuda.engine.op;

import java.util.Objects;
import org.align4j.core.graph.Graph;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.run.CudaBatch;
import org.align4j.cuda.engine.run.CudaWeights;
import org.align4j.cuda.engine.run.Gpu;
import org.align4j.cuda.engine.run.RopeTables;
import org.align4j.cuda.kernel.CudaKernels;

/**
 * What the passes of a plan compute with.
 *
 * @param batch the tokens at hand; plans that run in turns have batches of their own
 * @param precision of products
 */
public record CudaContext(
    Gpu gpu, CudaWeights weights, RopeTables ropes, CudaBatch batch, Precision precision) {

  /** A context of a graph, with a batch of its own that knows the graph's attentions. */
  public static CudaContext of(
      Graph graph, Gpu gpu, CudaWeights weights, RopeTables ropes, Precision precision) {
    CudaBatch batch = new CudaBatch(gpu.device());
    graph.operations().stream()
        .map(place -> place.op().attends())
        .filter(Objects::nonNull)
        .forEach(heads -> batch.attends(HeadPadding.wide(heads)));
    return new CudaContext(gpu, weights, ropes, batch, precision);
  }

  /** The device. */
  public Device device() {
    return gpu.device();
  }

  /** The kernels. */
  public CudaKernels kernels() {
    return gpu.kernels();
  }
}
