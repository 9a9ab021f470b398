package example;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.convention.Algorithm.KlPlace;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.ConventionProvider;

/** A convention of one's own: verl's, but for GRPO's ε and the place of its KL. */
public final class House implements ConventionProvider {

  @Override
  public String name() {
    return "house";
  }

  @Override
  public Convention convention() {
    Convention verl = Convention.of("verl-0.9");
    return verl.named("house")
        .withAdvantage(verl.advantage().withGroupEpsilon(1e-3))
        .withRecipe("grpo", new Algorithm.Recipe(Aggregation.TOKEN_MEAN, KlPlace.REWARD, "k1"));
  }
}
