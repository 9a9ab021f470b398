package org.align4j.bench.compare;

import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.Metric;
import org.align4j.algorithms.train.ModelCodec;
import org.align4j.algorithms.train.Phase;
import org.align4j.algorithms.train.PhaseTotals;
import org.align4j.algorithms.train.RlModels;
import org.align4j.algorithms.train.RlTrainer;
import org.align4j.algorithms.train.StepReport;
import org.align4j.algorithms.train.TrainingListener;
import org.align4j.core.metric.JsonlMetrics;
import org.align4j.core.metric.MetricSink;
import org.align4j.models.policy.Critic;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.jspecify.annotations.Nullable;

/** One algorithm with one seed: its own copies of the models, its own folder. */
final class Run implements AutoCloseable {

  private final ComparisonSettings settings;
  private final Workload workload;
  private final String algorithm;
  private final long seed;
  private final ComparisonListener listener;
  private final Policy policy;
  private final Reference reference;
  private final @Nullable Critic critic;
  private final RlTrainer trainer;

  Run(
      ComparisonSettings settings,
      Workload workload,
      String algorithm,
      long seed,
      ComparisonListener listener) {
    this.settings = settings;
    this.workload = workload;
    this.algorithm = algorithm;
    this.seed = seed;
    this.listener = listener;
    RlSettings training = settings.training(algorithm, seed);
    this.policy = workload.policy().get();
    this.reference = Reference.of(policy);
    this.critic =
        org.align4j.algorithms.train.Recipe.of(training).algorithm().needsCritic()
            ? Critic.of(policy, seed)
            : null;
    RlModels models =
        new RlModels(
            policy.network(),
            policy.generator(training.rollout().size()),
            reference::logProbs,
            critic == null ? null : critic.network(),
            policy.engine());
    this.trainer =
        new RlTrainer(
            training, models, ModelCodec.of(policy), workload.training(), workload.reward());
  }

  /** One update whose results are thrown away. */
  void warmUp() {
    var unused = trainer.step();
  }

  /** All updates, then the held-out problems, then the policy's folder. */
  RunResult measure(OptionalDouble accuracyBefore) {
    Path folder = settings.folder(algorithm, seed);
    Totals totals = new Totals();
    try (MetricSink metrics = JsonlMetrics.create(folder.resolve("metrics.jsonl"));
        CompletionLog completions = CompletionLog.create(folder.resolve("completions.jsonl"))) {
      TrainingListener steps =
          report -> {
            totals.add(report);
            completions.add(report);
            listener.onStep(algorithm, seed, report);
          };
      trainer.run(settings.updates(), metrics, steps);
    }
    OptionalLong peak = PeakMemory.bytes();
    OptionalDouble after = OptionalDouble.empty();
    if (workload.heldOut().isPresent()) {
      listener.evaluating(algorithm + ", seed " + seed);
      after = OptionalDouble.of(HeldOut.accuracy(policy, workload, settings.training()));
    }
    policy.save(folder.resolve("policy"));
    return totals.result(accuracyBefore, after, peak);
  }

  @Override
  public void close() {
    trainer.close();
    if (critic != null) {
      critic.close();
    }
    reference.close();
    policy.close();
  }

  /** Sums over the measured updates. */
  private final class Totals {
    private PhaseTotals phases = PhaseTotals.ZERO;
    private long responseTokens;
    private @Nullable StepReport first;
    private @Nullable StepReport last;

    void add(StepReport report) {
      phases = phases.plus(report.phases());
      responseTokens += report.phases().tokens(Phase.GENERATE);
      first = first == null ? report : first;
      last = report;
    }

    RunResult result(OptionalDouble before, OptionalDouble after, OptionalLong peak) {
      return new RunResult(
          algorithm,
          seed,
          phases,
          responseTokens,
          metric(first, Metric.REWARD),
          metric(last, Metric.REWARD),
          before,
          after,
          metric(last, Metric.KL),
          metric(first, Metric.RESPONSE_LENGTH),
          metric(last, Metric.RESPONSE_LENGTH),
          peak);
    }

    private static double metric(@Nullable StepReport report, Metric metric) {
      Double value = report == null ? null : report.metrics().get(metric.label());
      return value == null ? Double.NaN : value;
    }
  }
}
