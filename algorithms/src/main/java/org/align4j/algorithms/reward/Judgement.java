package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;

/**
 * What a reward says about one response.
 *
 * @param score the raw score, finite; NaN where there is a failure, which no number may stand for
 * @param verdict a word that metrics count, such as correct, wrong, unparsable; empty for none
 * @param components scores that are recorded beside it, such as those of a weighted sum's parts, by
 *     name and in order; one that could not be had is left out
 * @param failure why there is no score; such a response is not learnt from
 */
public record Judgement(
    double score,
    String verdict,
    ImmutableMap<String, Double> components,
    Optional<String> failure) {

  /** Verdict of a response that could not be scored. */
  public static final String FAILED = "failed";

  /** Checks that nothing is null and that a failure has no score. */
  public Judgement {
    checkArgument(verdict != null, "verdict is null: it must be a word, or empty");
    checkArgument(
        failure.isEmpty() || Double.isNaN(score),
        "score is %s beside a failure (%s): a response has one of them",
        score,
        failure.orElse(""));
  }

  /** A score with a verdict. */
  public Judgement(double score, String verdict) {
    this(score, verdict, ImmutableMap.of(), Optional.empty());
  }

  /** A score without a verdict. */
  public static Judgement of(double score) {
    return new Judgement(score, "");
  }

  /** No score, for a reason. */
  public static Judgement failed(String reason) {
    return new Judgement(Double.NaN, FAILED, ImmutableMap.of(), Optional.of(reason));
  }

  /** The same with other components. */
  public Judgement withComponents(ImmutableMap<String, Double> scores) {
    return new Judgement(score, verdict, scores, failure);
  }

  /** Whether there is no score. */
  public boolean isFailed() {
    return failure.isPresent();
  }
}
