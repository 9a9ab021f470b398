package org.align4j.algorithms.train.update;

import org.align4j.algorithms.loss.BatchTotals;
import org.align4j.algorithms.loss.PolicyObjective;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.experience.TrainingBatch;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.rollout.PaddedArrays;
import org.align4j.algorithms.train.step.Sharding;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.core.engine.Divergence;
import org.align4j.core.engine.Network;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.models.policy.PackedSequences;

/**
 * One mini-batch update of a policy towards its teacher's distributions at the tokens that it
 * sampled: the mean divergence over the whole vocabulary, aggregated as the policy loss is.
 */
public final class DivergenceUpdate {

  private final TrainStep step;
  private final Network teacher;
  private final Divergence divergence;
  private final PolicyObjective objective;
  private final RlSettings settings;

  /**
   * An update.
   *
   * @param objective how tokens are aggregated
   */
  public DivergenceUpdate(
      TrainStep step,
      Network teacher,
      Divergence divergence,
      PolicyObjective objective,
      RlSettings settings) {
    this.step = step;
    this.teacher = teacher;
    this.divergence = divergence;
    this.objective = objective;
    this.settings = settings;
  }

  public void run(
      TrainingBatch batch,
      double learningRate,
      Sharding sharding,
      PhaseClock clock,
      MetricRow metrics) {
    clock.enter(Phase.POLICY_UPDATE);
    BatchTotals totals = PolicyUpdate.totals(batch);
    TrainStep.Outcome outcome =
        step.run(batch.size(), rows -> lesson(batch.pick(rows), totals), sharding, learningRate);
    UpdateReport report = outcome.report();
    clock.tokens(outcome.statistics().tokens());
    metrics.sum(Metric.SKIPPED_STEPS, report.applied() ? 0 : 1);
    if (!report.applied()) {
      return;
    }
    metrics.mean(Metric.POLICY_LOSS, outcome.statistics().loss());
    metrics.mean(Metric.GRADIENT_NORM, report.gradientNorm());
  }

  private TrainStep.Lesson lesson(TrainingBatch part, BatchTotals totals) {
    PackedSequences packed =
        PackedSequences.ofResponses(
            part.sequences(),
            step.tokens(settings.update().microBatchTokens()),
            (float) settings.rollout().temperature());
    float[][] weights;
    try (ArrayScope _ = ArrayScope.open()) {
      weights =
          PaddedArrays.rows(
              objective.weights(
                  PaddedArrays.of(part.mask(), Math.max(1, packed.columns())), totals));
    }
    return step.lesson(
        packed, new TrainStep.Teaching(teacher, divergence, weights, packed.zeros()));
  }
}
