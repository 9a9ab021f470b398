package org.align4j.core.plan;

import org.align4j.core.engine.EngineProvider;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;

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
  public double ratioTolerance() {
    return 0;
  }
}
