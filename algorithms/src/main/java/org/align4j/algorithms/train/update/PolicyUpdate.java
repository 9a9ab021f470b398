package org.align4j.algorithms.train.update;

import com.google.common.collect.ImmutableMap;
import org.align4j.algorithms.loss.BatchTotals;
import org.align4j.algorithms.loss.EntropyController;
import org.align4j.algorithms.loss.PolicyLossInputs;
import org.align4j.algorithms.loss.PolicyObjective;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
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
import org.align4j.core.random.CounterRandom;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.models.policy.PackedSequences;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mini-batch updates of the policy. Samples that teach nothing are not computed. Its state is the
 * controller of the entropy bonus.
 */
public final class PolicyUpdate {

  private final TrainStep step;
  private final PolicyObjective objective;
  private static final long DRAWS = CounterRandom.stream("policy loss");

  private final RlSettings settings;
  private EntropyController entropy;

  public PolicyUpdate(TrainStep step, PolicyObjective objective, RlSettings settings) {
    this.step = step;
    this.objective = objective;
    this.settings = settings;
    this.entropy =
        ResolvedAlgorithm.entropyController(
            settings, settings.objective().entropyCoefficient(), Double.POSITIVE_INFINITY);
  }

  /** The controller of the entropy bonus, to save. */
  public EntropyController entropy() {
    return entropy;
  }

  /** Goes on with a saved controller. */
  public void restore(EntropyController saved) {
    entropy = saved;
  }

  /**
   * Updates and reports; answers the largest |ρ − 1| met, 0 where nothing was computed or applied.
   */
  public double run(
      TrainingBatch batch,
      double learningRate,
      Sharding sharding,
      PhaseClock clock,
      MetricRow metrics) {
    clock.enter(Phase.POLICY_UPDATE);
    TrainingBatch computed = batch.pick(activeRows(batch));
    BatchTotals totals = totals(batch).withRightTokens(batch.rightTokens());
    PolicyObjective now =
        objective.next(
            entropy.applied(),
            CounterRandom.bits(settings.seed(), DRAWS, step.optimizer().steps()));
    TrainStep.Outcome outcome =
        step.run(
            computed.size(),
            rows -> lesson(computed.pick(rows), now, totals),
            sharding,
            learningRate);
    UpdateReport report = outcome.report();
    LossStatistics statistics = outcome.statistics();
    clock.tokens(statistics.tokens());
    metrics.sum(Metric.SKIPPED_STEPS, report.applied() ? 0 : 1);
    if (!report.applied()) {
      return 0;
    }
    metrics.mean(Metric.POLICY_LOSS, statistics.loss());
    metrics.mean(Metric.CLIP_FRACTION, statistics.get("clip_fraction"));
    double trained = computed.sequences().stream().mapToDouble(s -> s.response().length).sum();
    if (trained > 0) {
      metrics.mean(Metric.ENTROPY, statistics.get("entropy") * totals.tokens() / trained);
      offPolicy(statistics, totals, computed, metrics);
    }
    if (settings.objective().positiveNll() > 0) {
      metrics.mean(Metric.POSITIVE_NLL, statistics.get("positive_nll"));
    }
    if (settings.entropy().target().isPresent()) {
      metrics.mean(Metric.ENTROPY_COEF, entropy.applied());
      entropy =
          entropy.update(
              statistics.get(settings.entropy().topShare() < 1 ? "kept_entropy" : "entropy"));
    }
    metrics.mean(Metric.GRADIENT_NORM, report.gradientNorm());
    metrics.mean(Metric.IDLE_SAMPLES, 1 - batch.activeRows().length / (double) batch.size());
    return statistics.get("ratio_deviation_max");
  }

  private TrainStep.Lesson lesson(TrainingBatch part, PolicyObjective now, BatchTotals totals) {
    PackedSequences packed =
        PackedSequences.ofResponses(
            part.sequences(),
            step.tokens(settings.update().microBatchTokens()),
            (float) settings.rollout().temperature());
    LossStatistics statistics = new LossStatistics();
    RowLoss.RowFunction evaluation =
        (rows, logProbs, entropies) ->
            statistics.add(now.evaluate(inputs(part.pick(rows), logProbs, entropies), totals));
    return step.lesson(
        packed,
        now.needsWholeBatch()
            ? new WholeBatchLoss(step.network(), packed, evaluation)
            : new RowLoss(packed, evaluation),
        statistics);
  }

  /** Shares and means of the tokens and sequences that were computed, not of the mini-batch. */
  private static void offPolicy(
      LossStatistics statistics, BatchTotals totals, TrainingBatch computed, MetricRow metrics) {
    double tokens = computed.sequences().stream().mapToDouble(s -> s.response().length).sum();
    double filled = computed.sequences().stream().filter(s -> s.response().length > 0).count();
    ImmutableMap<Metric, Double> factors =
        ImmutableMap.of(
            Metric.OFF_POLICY_KL, totals.tokens() / tokens,
            Metric.OFF_POLICY_WEIGHT, totals.tokens() / tokens,
            Metric.GATED_TOKENS, totals.tokens() / tokens,
            Metric.GATED_SEQUENCES, totals.filledSequences() / filled);
    factors.forEach((metric, factor) -> {
      String name = metric.label().replace("train/", "");
      if (statistics.has(name)) {
        metrics.mean(metric, statistics.get(name) * factor);
      }
    });
  }

  private int[] activeRows(TrainingBatch batch) {
    boolean allCount =
        settings.objective().entropyCoefficient() != 0
            || settings.entropy().target().isPresent()
            || settings.objective().positiveNll() != 0
            || objective.settings().klCoefficient() != 0
            || objective.needsWholeBatch();
    return allCount
        ? java.util.stream.IntStream.range(0, batch.size()).toArray()
        : batch.activeRows();
  }

  /** Denominators of the whole mini-batch, whatever is computed of it and in how many parts. */
  static BatchTotals totals(TrainingBatch batch) {
    int columns = batch.sequences().stream().mapToInt(s -> s.response().length).max().orElse(1);
    try (ArrayScope _ = ArrayScope.open()) {
      return BatchTotals.of(PaddedArrays.of(batch.mask(), Math.max(1, columns)));
    }
  }

  /**
   * Without rollout log-probs of their own the old ones are the generator's: trainer and generator
   * share kernels and weights, so every weight is 1.
   */
  private PolicyLossInputs inputs(TrainingBatch batch, INDArray logProbs, INDArray entropy) {
    int columns = (int) logProbs.size(1);
    INDArray old = PaddedArrays.of(batch.oldLogProbs(), columns);
    @Nullable INDArray rollout = objective.settings().offPolicy().isOn() ? old : null;
    float[][] sampled = batch.rolloutLogProbs();
    if (sampled != null) {
      rollout = PaddedArrays.of(sampled, columns);
    }
    return PolicyLossInputs.of(
            logProbs,
            old,
            PaddedArrays.of(batch.advantages(), columns),
            PaddedArrays.of(batch.mask(), columns))
        .withRolloutLogProbs(rollout)
        .withRefLogProbs(PaddedArrays.of(batch.refLogProbs(), columns))
        .withEntropy(entropy)
        .withRight(
            settings.objective().positiveNll() > 0
                ? PaddedArrays.of(batch.rightMask(), columns)
                : null);
  }
}
