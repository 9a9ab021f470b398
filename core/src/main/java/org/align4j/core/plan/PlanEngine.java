package org.align4j.core.plan;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.Predicate;
import org.align4j.core.engine.EngineProvider;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.plan.run.BaseWeights;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;

/** {@code --engine plan}. */
public final class PlanEngine implements EngineProvider {

  @Override
  public String name() {
    return "plan";
  }

  @Override
  public String processor() {
    return Resources.shared().kernels().name();
  }

  @Override
  public Network create(NetworkDefinition definition, Parameters parameters, Resources resources) {
    return PlanNetwork.create(definition, parameters, PlanSettings.of(resources));
  }

  @Override
  public NetworkMemory.Estimate memory(
      NetworkDefinition definition, Predicate<String> trained, Resources resources) {
    return new PlanMemory(definition, trained, resources);
  }

  @Override
  public long frozenMemory(
      NetworkDefinition definition,
      Predicate<String> trained,
      StoredWeights weights,
      Resources resources) {
    return new PlanMemory(definition, trained, resources).frozen(weights);
  }

  @Override
  public double ratioTolerance() {
    return 0;
  }

  @Override
  public FrozenWeights freeze(StoredWeights weights, Resources resources) {
    return new BaseWeights(weights, resources);
  }

  @Override
  public Network create(
      NetworkDefinition definition, Parameters trained, FrozenWeights frozen, Resources resources) {
    checkArgument(
        frozen instanceof BaseWeights, "the frozen weights are another engine's: freeze them here");
    return PlanNetwork.create(
        definition, trained, (BaseWeights) frozen, PlanSettings.of(resources));
  }
}
