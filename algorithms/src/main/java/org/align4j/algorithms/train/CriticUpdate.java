package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkNotNull;

import org.align4j.algorithms.loss.BatchTotals;
import org.align4j.algorithms.loss.ValueLoss;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.core.optim.UpdateReport;
import org.align4j.models.policy.PackedSequences;

/** One mini-batch update of the critic. */
final class CriticUpdate {

  private final NetworkUpdater updater;
  private final ValueLoss loss;
  private final RlSettings settings;

  CriticUpdate(NetworkUpdater updater, ValueLoss loss, RlSettings settings) {
    this.updater = updater;
    this.loss = loss;
    this.settings = settings;
  }

  void run(TrainingBatch batch, double learningRate, PhaseClock clock, MetricRow metrics) {
    clock.enter(Phase.CRITIC_UPDATE);
    BatchTotals totals = PolicyUpdate.totals(batch);
    PackedSequences packed =
        PackedSequences.ofResponses(
            batch.sequences(), updater.tokens(settings.update().microBatchTokens()), 1f);
    int columns = packed.columns();
    PolicyUpdate.Statistics statistics = new PolicyUpdate.Statistics();
    UpdateReport report =
        updater.update(
            packed,
            (rows, values, entropy) -> {
              TrainingBatch part = batch.pick(rows);
              return statistics.add(
                  loss.evaluate(
                      Columns.of(values, columns),
                      Columns.of(
                          checkNotNull(part.oldValues(), "the rollouts have no values"), columns),
                      Columns.of(part.returns(), columns),
                      Columns.of(part.mask(), columns),
                      totals));
            },
            learningRate);
    clock.tokens(packed.batches().stream().mapToLong(b -> b.batch().tokens().length).sum());
    metrics.mean(Metric.CRITIC_LOSS, statistics.loss());
    metrics.mean(Metric.CRITIC_GRADIENT_NORM, report.gradientNorm());
    metrics.sum(Metric.SKIPPED_STEPS, report.applied() ? 0 : 1);
  }
}
