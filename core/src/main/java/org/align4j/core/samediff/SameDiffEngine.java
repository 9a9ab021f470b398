package org.align4j.core.samediff;

import org.align4j.core.engine.EngineProvider;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;

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
}
