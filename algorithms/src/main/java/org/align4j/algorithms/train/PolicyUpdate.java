package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.align4j.algorithms.loss.BatchTotals;
import org.align4j.algorithms.loss.LossResult;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyObjective;
import org.align4j.core.optim.UpdateReport;
import org.align4j.models.policy.PackedSequences;

/** One mini-batch update of the policy. Samples that teach nothing are not computed. */
final class PolicyUpdate {

  private final NetworkUpdater updater;
  private final PolicyObjective objective;
  private final RlSettings settings;

  PolicyUpdate(NetworkUpdater updater, PolicyObjective objective, RlSettings settings) {
    this.updater = updater;
    this.objective = objective;
    this.settings = settings;
  }

  /** Updates and reports; answers the largest |ρ − 1| met, 0 where nothing was computed. */
  double run(TrainingBatch batch, double learningRate, PhaseClock clock, MetricRow metrics) {
    clock.enter(Phase.POLICY_UPDATE);
    int[] active = activeRows(batch);
    TrainingBatch computed = batch.pick(active);
    BatchTotals totals = totals(batch);
    PackedSequences packed =
        PackedSequences.ofResponses(
            computed.sequences(),
            updater.tokens(settings.microBatchTokens()),
            settings.temperature());
    Statistics statistics = new Statistics();
    UpdateReport report =
        updater.update(
            packed,
            (rows, logProbs, entropy) ->
                statistics.add(
                    objective.evaluate(
                        inputs(computed.pick(rows), logProbs, entropy, packed.columns()), totals)),
            learningRate);
    clock.tokens(packed.batches().stream().mapToLong(b -> b.batch().tokens().length).sum());
    metrics.mean(Metric.POLICY_LOSS, statistics.loss);
    metrics.mean(Metric.CLIP_FRACTION, statistics.get("clip_fraction"));
    double trained = computed.sequences().stream().mapToDouble(s -> s.response().length).sum();
    if (trained > 0) {
      metrics.mean(Metric.ENTROPY, statistics.get("entropy") * totals.tokens() / trained);
    }
    metrics.mean(Metric.GRADIENT_NORM, report.gradientNorm());
    metrics.sum(Metric.SKIPPED_STEPS, report.applied() ? 0 : 1);
    metrics.mean(Metric.IDLE_SAMPLES, 1 - batch.activeRows().length / (double) batch.size());
    return statistics.get("ratio_deviation_max");
  }

  private int[] activeRows(TrainingBatch batch) {
    boolean allCount = settings.entropyCoef() != 0 || objective.settings().klCoefficient() != 0;
    return allCount
        ? java.util.stream.IntStream.range(0, batch.size()).toArray()
        : batch.activeRows();
  }

  /** Denominators of the whole mini-batch, whatever is computed of it and in how many parts. */
  static BatchTotals totals(TrainingBatch batch) {
    int columns = batch.sequences().stream().mapToInt(s -> s.response().length).max().orElse(1);
    return BatchTotals.of(Columns.of(batch.mask(), Math.max(1, columns)));
  }

  private static PolicyLossInputs inputs(
      TrainingBatch batch, float[][] logProbs, float[][] entropy, int columns) {
    return PolicyLossInputs.of(
            Columns.of(logProbs, columns),
            Columns.of(batch.oldLogProbs(), columns),
            Columns.of(batch.advantages(), columns),
            Columns.of(batch.mask(), columns))
        .withRefLogProbs(Columns.of(batch.refLogProbs(), columns))
        .withEntropy(Columns.of(entropy, columns));
  }

  /** Statistics of micro-batches, joined. */
  static final class Statistics {
    private double loss;
    private Map<String, Double> joined = ImmutableMap.of();

    LossResult add(LossResult result) {
      loss += result.loss();
      joined = LossResult.join(joined, result.statistics());
      return result;
    }

    double loss() {
      return loss;
    }

    double get(String name) {
      return joined.getOrDefault(name, 0.0);
    }
  }
}
