package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.align4j.core.engine.EngineProvider;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code --engine samediff}. */
public final class SameDiffEngine implements EngineProvider {

  /** Sums of a padded batch are of other lengths than those of a decoder's step. */
  private static final double RATIO_TOLERANCE = 1e-3;

  @Override
  public String name() {
    return "samediff";
  }

  @Override
  public String processor() {
    return "nd4j";
  }

  @Override
  public Network create(NetworkDefinition definition, Parameters parameters, Resources resources) {
    return SameDiffNetwork.create(definition, parameters, resources);
  }

  @Override
  public double ratioTolerance() {
    return RATIO_TOLERANCE;
  }

  /** With a cache that pads every sequence to the longest. */
  @Override
  public NetworkMemory.Estimate memory(
      NetworkDefinition definition, Predicate<String> trained, Resources resources) {
    NetworkMemory.Estimate usual = EngineProvider.super.memory(definition, trained, resources);
    long ofToken =
        PlanOps.record(definition).operations().stream()
            .map(op -> op.op().attends())
            .filter(Objects::nonNull)
            .mapToLong(heads -> 2L * Float.BYTES * heads.key() * heads.headDim())
            .sum();
    return passes -> {
      NetworkMemory memory = usual.of(passes);
      return new NetworkMemory(
          memory.weights(),
          memory.gradients(),
          memory.moments(),
          memory.activations(),
          ofToken * passes.slots() * passes.sequence());
    };
  }

  /** Arrays that graphs read in place. */
  private record Arrays(Parameters parameters) implements FrozenWeights {

    @Override
    public ImmutableList<String> names() {
      return parameters.names();
    }

    @Override
    public long size() {
      return parameters.size();
    }

    @Override
    public INDArray load(String name) {
      return parameters.get(name).dup('c');
    }

    @Override
    public void close() {
      parameters.close();
    }
  }

  @Override
  public FrozenWeights freeze(StoredWeights weights, Resources resources) {
    try (weights) {
      Map<String, INDArray> arrays = new LinkedHashMap<>();
      weights.names().forEach(name -> arrays.put(name, weights.load(name)));
      return new Arrays(Parameters.of(arrays));
    }
  }

  @Override
  public Network create(
      NetworkDefinition definition, Parameters trained, FrozenWeights frozen, Resources resources) {
    checkArgument(
        frozen instanceof Arrays, "the frozen weights are another engine's: freeze them here");
    Parameters all = trained.and(((Arrays) frozen).parameters());
    return SameDiffNetwork.create(definition, trained, all, resources);
  }
}
