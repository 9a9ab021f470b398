package org.align4j.bench.cli;

import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.loss.DirectPreference;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.preference.PreferenceEvaluation;
import org.align4j.algorithms.preference.PreferenceRun;
import org.align4j.algorithms.settings.PreferenceSettings;
import org.align4j.algorithms.train.ModelCodec;
import org.align4j.algorithms.train.PairScores;
import org.align4j.algorithms.train.PreferenceTrainer;
import org.align4j.core.metric.JsonlMetrics;
import org.align4j.core.metric.MetricSink;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Direct preference optimisation. */
@Command(
    name = "dpo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Train a policy on preference pairs without a reward model and save it as a Hugging Face folder, OUT/policy. The model as it was is"
            + " the reference.")
final class DpoCommand implements Callable<Integer> {

  private static final String POLICY = "policy";
  private static final double SMOOTHING = 0.1;

  /** The loss by the name of its paper. */
  enum Loss {
    DPO,
    CDPO,
    IPO
  }

  private final Console console;

  @Mixin private PairOptions pairs;

  @Option(
      names = "--loss",
      defaultValue = "dpo",
      paramLabel = "dpo|cdpo|ipo",
      description =
          "DPO; with labels that may be wrong (cDPO); or a margin of fixed size per token, as TRL has it (IPO) (default: ${DEFAULT-VALUE}).")
  private Loss loss;

  @Option(
      names = "--beta",
      defaultValue = "0.1",
      description = "How close to the reference the policy stays (default: ${DEFAULT-VALUE}).")
  private double beta;

  @Option(
      names = "--label-smoothing",
      description =
          "Share of labels that are wrong, in (0, 0.5), cdpo only (default: " + SMOOTHING + ").")
  private @Nullable Double labelSmoothing;

  DpoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    DirectPreference preference = Failures.usage(this::preference);
    PreferenceSettings settings =
        Failures.usage(() -> pairs.settings(PreferenceSettings.direct(), POLICY, 0));
    List<PreferencePair> read = Failures.usage(pairs::read);
    try (Policy policy = Failures.usage(pairs::load)) {
      ModelCodec codec = Failures.usage(() -> ModelCodec.of(policy));
      PairSplit split = Failures.usage(() -> pairs.split(read, policy, settings, console));
      try (Reference reference = Reference.of(policy);
          PreferenceTrainer trainer =
              PreferenceTrainer.policy(
                  policy.network(), reference, codec, preference, settings.update());
          MetricSink metrics =
              Failures.usage(() -> {
                Files.createDirectories(pairs.out(""));
                return JsonlMetrics.create(pairs.metrics());
              })) {
        PreferenceRun run = new PreferenceRun(trainer, split, settings);
        run.run(metrics, (step, steps, row) -> PairOptions.progress(console, step, steps, row));
        policy.save(pairs.out(POLICY));
        if (!split.heldOut().isEmpty()) {
          PairScores heldOut = run.evaluate();
          new EvaluationPrinter(console)
              .print(
                  PreferenceEvaluation.of(heldOut.chosen(), heldOut.rejected()),
                  pairs.evaluation());
        }
        console.print("The policy is in " + pairs.out(POLICY));
      }
    }
    return 0;
  }

  private DirectPreference preference() {
    Checks.that(
        loss == Loss.CDPO || labelSmoothing == null,
        "--label-smoothing is for --loss cdpo: %s takes every label as right"
            .formatted(loss.name().toLowerCase(java.util.Locale.ROOT)));
    return switch (loss) {
      case DPO -> DirectPreference.dpo(beta);
      case CDPO -> cdpo(labelSmoothing == null ? SMOOTHING : labelSmoothing);
      case IPO -> DirectPreference.ipo(beta);
    };
  }

  private DirectPreference cdpo(double smoothing) {
    Checks.that(
        smoothing > 0,
        "--label-smoothing is %s: it must be in (0, 0.5); without, it is --loss dpo"
            .formatted(smoothing));
    return DirectPreference.cdpo(beta, smoothing);
  }
}
