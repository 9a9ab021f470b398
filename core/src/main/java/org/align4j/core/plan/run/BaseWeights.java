package org.align4j.core.plan.run;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.Map;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.kernel.Panels;
import org.align4j.core.kernel.ProductKernels;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.StoredWeights;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Frozen weights of the plan engine: matrices are packed once, as compact as they are stored,
 * whatever number of networks multiply by them. A table that is looked up is read from its panels.
 */
public final class BaseWeights implements FrozenWeights {

  private final StoredWeights weights;
  private final Resources resources;
  private final NativeMemory memory = new NativeMemory();
  private final Map<String, Panels> packed = new HashMap<>();
  private final Map<String, NativeFloats> vectors = new HashMap<>();

  /** Takes over weights. */
  public BaseWeights(StoredWeights weights, Resources resources) {
    this.weights = weights;
    this.resources = resources;
  }

  @Override
  public ImmutableList<String> names() {
    return weights.names();
  }

  @Override
  public long size() {
    return weights.size();
  }

  @Override
  public INDArray load(String name) {
    return weights.load(name);
  }

  /** The weights. */
  public StoredWeights weights() {
    return weights;
  }

  /** All values of a vector, or of a matrix, widened. */
  NativeFloats floats(PlanNode parameter) {
    return vectors.computeIfAbsent(
        parameter.name(),
        name -> {
          try (INDArray array = weights.load(name)) {
            NativeFloats source = NativeFloats.of(array);
            NativeFloats copy = memory.allocate(source.length());
            resources
                .kernels()
                .rows()
                .copy(source.matrix((int) source.length()), copy.matrix((int) copy.length()), 0, 1);
            return copy;
          }
        });
  }

  /** The right-hand side of {@code y = x · W}. */
  Panels packed(PlanNode weight, WeightLayout layout) {
    return packed.computeIfAbsent(weight.name() + ' ' + layout, key -> pack(weight, layout));
  }

  private Panels pack(PlanNode weight, WeightLayout layout) {
    boolean outIn = layout == WeightLayout.OUT_IN;
    int depth = outIn ? weight.columns() : weight.rows();
    int columns = outIn ? weight.rows() : weight.columns();
    ProductKernels products = resources.kernels().products();
    StoredMatrix source = weights.matrix(weight.name());
    boolean sourceOutIn = outIn != weights.isTransposed(weight.name());
    Panels target =
        products.stored(
            memory.allocate(products.storedLength(source.format(), depth, columns)),
            source.format(),
            depth,
            columns);
    WeightLayout stored = sourceOutIn ? WeightLayout.OUT_IN : WeightLayout.IN_OUT;
    resources
        .threads()
        .run(
            (from, to, scratch) -> products.pack(source, stored, target, from, to),
            target.panels(),
            4);
    source.unload();
    return target;
  }

  @Override
  public void close() {
    memory.close();
    weights.close();
  }
}
