package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Optional;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.loss.preference.PairLoss;
import org.align4j.algorithms.loss.preference.PolicyPairLoss;
import org.align4j.algorithms.loss.preference.ResponseLogProbs;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A batch of pairs as a model sees them.
 *
 * @param loss mean over the pairs
 * @param chosenGradient ∂loss/∂ the sum of the chosen response's outputs {@code [B]}
 * @param rejectedGradient the same of the rejected one
 * @param chosen rewards of the preferred responses {@code [B]}: a reward model's, or what the
 *     policy's loss takes for one, such as {@code β (log π − log π_ref)} of the sums
 * @param rejected rewards of the others {@code [B]}
 * @param logProbs a policy's log-probs of the responses, means over the pairs
 */
public record PairScores(
    double loss,
    double[] chosenGradient,
    double[] rejectedGradient,
    double[] chosen,
    double[] rejected,
    Optional<MeanLogProbs> logProbs) {

  /**
   * Means over pairs of the sums over tokens.
   *
   * @param chosen of the preferred responses
   * @param rejected of the others
   */
  public record MeanLogProbs(double chosen, double rejected) {}

  /** Of a reward model's rewards, {@code [B]} each like the margins. */
  public static PairScores ofRewards(
      BradleyTerry preference, double[] chosen, double[] rejected, double[] margins) {
    PairLoss loss =
        preference.evaluate(
            Nd4j.createFromArray(chosen),
            Nd4j.createFromArray(rejected),
            Nd4j.createFromArray(margins));
    return new PairScores(
        loss.loss(),
        loss.chosenGradient().data().asDouble(),
        loss.rejectedGradient().data().asDouble(),
        chosen,
        rejected,
        Optional.empty());
  }

  /** Of a batch in which a model met numbers that are not finite. */
  static PairScores notFinite(int size) {
    double[] none = new double[size];
    Arrays.fill(none, Double.NaN);
    return new PairScores(Double.NaN, none, none, none, none, Optional.empty());
  }

  /**
   * Of a policy's log-probs.
   *
   * @param kl as {@link PolicyPairLoss#evaluate} takes it
   */
  static PairScores ofLogProbs(
      PolicyPairLoss preference, ResponseLogProbs chosen, ResponseLogProbs rejected, double kl) {
    PairLoss loss = preference.evaluate(chosen, rejected, kl);
    return new PairScores(
        loss.loss(),
        loss.chosenGradient().data().asDouble(),
        loss.rejectedGradient().data().asDouble(),
        preference.rewards(chosen).data().asDouble(),
        preference.rewards(rejected).data().asDouble(),
        Optional.of(
            new MeanLogProbs(
                mean(chosen.policy().data().asDouble()),
                mean(rejected.policy().data().asDouble()))));
  }

  /** Share of pairs whose chosen response has the higher reward. */
  public double accuracy() {
    int right = 0;
    for (int i = 0; i < chosen.length; i++) {
      right += chosen[i] > rejected[i] ? 1 : 0;
    }
    return (double) right / chosen.length;
  }

  /** Under the names that TRL's {@code dpo_trainer.py} gives them. */
  public ImmutableMap<String, Double> metrics() {
    var metrics = ImmutableMap.<String, Double>builder();
    metrics.put("loss", loss);
    metrics.put("rewards/chosen", mean(chosen));
    metrics.put("rewards/rejected", mean(rejected));
    metrics.put("rewards/accuracies", accuracy());
    metrics.put("rewards/margins", mean(chosen) - mean(rejected));
    logProbs.ifPresent(means -> {
      metrics.put("logps/chosen", means.chosen());
      metrics.put("logps/rejected", means.rejected());
    });
    return metrics.buildOrThrow();
  }

  /** Of held-out pairs, under the names of evaluations; the first decides which model is best. */
  public ImmutableMap<String, Double> evaluation() {
    return ImmutableMap.of(
        "eval/accuracy",
        accuracy(),
        "eval/loss",
        loss,
        "eval/margin",
        mean(chosen) - mean(rejected),
        "eval/chosen",
        mean(chosen),
        "eval/rejected",
        mean(rejected));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
