package org.align4j.cuda.engine;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.align4j.core.engine.EngineProvider;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.plan.run.ParameterCheck;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.cuda.engine.run.CudaFrozen;
import org.align4j.cuda.engine.run.Gpu;

/** {@code --engine cuda}: an NVIDIA card, which is opened when the first network is made. */
public final class CudaEngine implements EngineProvider {

  private final Supplier<Gpu> gpu;

  /** On the card of this machine. */
  public CudaEngine() {
    this(Gpu::shared);
  }

  /** On a device of the caller's. */
  public CudaEngine(Supplier<Gpu> gpu) {
    this.gpu = gpu;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String processor() {
    return gpu.get().device().properties().name();
  }

  @Override
  public ImmutableSet<Precision> precisions() {
    return ImmutableSet.copyOf(Precision.values());
  }

  /**
   * {@inheritDoc}
   *
   * @throws org.align4j.cuda.driver.CudaUnavailableException in one sentence, where there is no
   *     card
   */
  @Override
  public Network create(NetworkDefinition definition, Parameters parameters, Resources resources) {
    ParameterCheck.check(definition.parameterShapes(), parameters);
    return new CudaNetwork(gpu.get(), PlanOps.record(definition), parameters, null, resources);
  }

  @Override
  public FrozenWeights freeze(StoredWeights weights, Resources resources) {
    return new CudaFrozen(weights, gpu.get());
  }

  @Override
  public Network create(
      NetworkDefinition definition, Parameters trained, FrozenWeights frozen, Resources resources) {
    checkArgument(
        frozen instanceof CudaFrozen, "the frozen weights are another engine's: freeze them here");
    CudaFrozen base = (CudaFrozen) frozen;
    ParameterCheck.check(definition.parameterShapes(), trained, base.weights());
    return new CudaNetwork(base.gpu(), PlanOps.record(definition), trained, base, resources);
  }

  @Override
  public NetworkMemory.Estimate memory(
      NetworkDefinition definition, Predicate<String> trained, Resources resources) {
    return new CudaMemory(definition, trained, CudaMemory.budget(resources, gpu.get().device()));
  }

  @Override
  public long frozenMemory(
      NetworkDefinition definition,
      Predicate<String> trained,
      StoredWeights weights,
      Resources resources) {
    return CudaMemory.frozen(definition, trained, weights);
  }

  @Override
  public OptionalLong freeMemory() {
    return OptionalLong.of(gpu.get().device().freeMemory());
  }

  @Override
  public double ratioTolerance() {
    return 0;
  }
}
