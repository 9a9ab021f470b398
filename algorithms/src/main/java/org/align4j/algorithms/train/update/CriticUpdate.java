package org.align4j.algorithms.train.update;

import static com.google.common.base.Preconditions.checkNotNull;

import org.align4j.algorithms.loss.BatchTotals;
import org.align4j.algorithms.loss.LossResult;
import org.align4j.algorithms.loss.ValueLoss;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.experience.TrainingBatch;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.rollout.PaddedArrays;
import org.align4j.algorithms.train.step.LossStatistics;
import org.align4j.algorithms.train.step.Sharding;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.core.optim.UpdateReport;
import org.align4j.models.policy.PackedSequences;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One mini-batch update of the critic. */
public final class CriticUpdate {

  private final TrainStep step;
  private final ValueLoss loss;
  private final RlSettings settings;

  public CriticUpdate(TrainStep step, ValueLoss loss, RlSettings settings) {
    this.step = step;
    this.loss = loss;
    this.settings = settings;
  }

  public void run(
      TrainingBatch batch,
      double learningRate,
      Sharding sharding,
      PhaseClock clock,
      MetricRow metrics) {
    clock.enter(Phase.CRITIC_UPDATE);
    BatchTotals totals = PolicyUpdate.totals(batch);
    TrainStep.Outcome outcome =
        step.run(batch.size(), rows -> lesson(batch.pick(rows), totals), sharding, learningRate);
    UpdateReport report = outcome.report();
    clock.tokens(outcome.statistics().tokens());
    metrics.sum(Metric.SKIPPED_STEPS, report.applied() ? 0 : 1);
    if (!report.applied()) {
      return;
    }
    metrics.mean(Metric.CRITIC_LOSS, outcome.statistics().loss());
    metrics.mean(Metric.CRITIC_GRADIENT_NORM, report.gradientNorm());
  }

  private TrainStep.Lesson lesson(TrainingBatch part, BatchTotals totals) {
    PackedSequences packed =
        PackedSequences.ofResponses(
            part.sequences(), step.tokens(settings.update().microBatchTokens()), 1f);
    LossStatistics statistics = new LossStatistics();
    return step.lesson(
        packed,
        new RowLoss(
            packed,
            (rows, values, entropy) -> statistics.add(evaluate(part.pick(rows), values, totals))),
        statistics);
  }

  private LossResult evaluate(TrainingBatch part, INDArray values, BatchTotals totals) {
    int columns = (int) values.size(1);
    return loss.evaluate(
        values,
        PaddedArrays.of(checkNotNull(part.oldValues(), "the rollouts have no values"), columns),
        PaddedArrays.of(part.returns(), columns),
        PaddedArrays.of(part.mask(), columns),
        totals);
  }
}
