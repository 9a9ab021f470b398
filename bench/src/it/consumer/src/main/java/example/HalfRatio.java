package example;

import java.util.Optional;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.convention.Algorithm.KlPlace;
import org.align4j.algorithms.convention.AlgorithmProvider;
import org.align4j.algorithms.convention.Convention;

/** An algorithm of one's own: an estimator, a loss, and how both are put together. */
public final class HalfRatio implements AlgorithmProvider {

  @Override
  public String name() {
    return "half-ratio";
  }

  @Override
  public String estimator() {
    return "half-baseline";
  }

  @Override
  public String loss() {
    return "plain-ratio";
  }

  @Override
  public Optional<Algorithm.Recipe> recipe(Convention convention) {
    return Optional.of(
        new Algorithm.Recipe(Aggregation.SEQ_MEAN_TOKEN_MEAN, KlPlace.LOSS, "k2"));
  }
}
