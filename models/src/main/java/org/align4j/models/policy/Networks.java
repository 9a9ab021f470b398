package org.align4j.models.policy;

import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.engine.Resources;
import org.align4j.core.plan.PlanNetwork;
import org.align4j.core.plan.PlanSettings;
import org.align4j.core.samediff.SameDiffNetwork;
import org.align4j.core.tensor.Parameters;

/** Makes the network of an engine. */
public final class Networks {

  private Networks() {}

  /** A network over these parameters, which stay the caller's, with the process's resources. */
  public static Network create(Engine engine, NetworkDefinition definition, Parameters parameters) {
    return create(engine, definition, parameters, Resources.shared());
  }

  /** The same with resources of the caller's, to be closed after it. */
  public static Network create(
      Engine engine, NetworkDefinition definition, Parameters parameters, Resources resources) {
    return switch (engine) {
      case SAMEDIFF -> SameDiffNetwork.create(definition, parameters, resources);
      case PLAN -> PlanNetwork.create(definition, parameters, PlanSettings.of(resources));
    };
  }
}
