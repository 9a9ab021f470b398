package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.align4j.core.engine.EngineProvider;
import org.align4j.core.engine.FrozenWeights;
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

  /** Arrays that graphs read in place. */
  private record Arrays(Parameters parameters) implements FrozenWeights {

    @Override
    public ImmutableList<String> names() {
      return parameters.names();
    }

    @Override
    public void close() {
      parameters.close();
    }
  }

  @Override
  public FrozenWeights freeze(Parameters parameters, Resources resources) {
    return new Arrays(parameters);
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
