package org.align4j.algorithms.train.experience;

import java.util.Map;
import java.util.TreeMap;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.reward.RewardMetrics;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.ScoredSample;
import org.align4j.algorithms.train.rollout.Rollouts;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is measured of a rollout batch. */
public final class StepMetrics {

  private StepMetrics() {}

  public static void ofRollouts(Rollouts rollouts, MetricRow metrics) {
    double n = rollouts.size();
    double mean = 0;
    double response = 0;
    double total = 0;
    double truncated = 0;
    Map<String, Integer> verdicts = new TreeMap<>();
    for (int i = 0; i < rollouts.size(); i++) {
      ScoredSample sample = rollouts.samples().get(i);
      mean += sample.judgement().score() / n;
      response += sample.tokens() / n;
      total += rollouts.sequences().get(i).length() / n;
      truncated += (sample.completion().finished() ? 0 : 1) / n;
      if (!sample.judgement().verdict().isEmpty()) {
        verdicts.merge(sample.judgement().verdict(), 1, Integer::sum);
      }
    }
    if (rollouts.size() == 0) {
      return;
    }
    double squares = 0;
    for (ScoredSample sample : rollouts.samples()) {
      double score = sample.judgement().score();
      squares += (score - mean) * (score - mean) / n;
    }
    metrics.mean(Metric.REWARD, mean);
    metrics.mean(Metric.REWARD_STD, Math.sqrt(squares));
    metrics.mean(Metric.RESPONSE_LENGTH, response);
    metrics.mean(Metric.TOTAL_LENGTH, total);
    metrics.mean(Metric.TRUNCATED, truncated);
    RewardMetrics.of(rollouts.samples().stream().map(ScoredSample::judgement).toList())
        .forEach(metrics::mean);
    verdicts.forEach((verdict, count) -> metrics.mean("reward/" + verdict, count / n));
  }

  /** Answers the mean k1 KL per response token, whatever estimator is in the reward. */
  static double ofAdvantages(Experience experience, Advantages advantages, MetricRow metrics) {
    INDArray reference = experience.refLogProbs();
    double tokens = experience.responseMask().sumNumber().doubleValue();
    double kl =
        reference == null
            ? 0
            : experience
                    .logProbs()
                    .sub(reference)
                    .muli(experience.responseMask())
                    .sumNumber()
                    .doubleValue()
                / tokens;
    metrics.mean(Metric.KL, kl);
    metrics.mean(Metric.RETURN, advantages.shapedReturn().meanNumber().doubleValue());
    return kl;
  }
}
