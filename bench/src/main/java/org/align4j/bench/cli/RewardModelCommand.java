package org.align4j.bench.cli;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.loss.BradleyTerry;
import org.align4j.algorithms.preference.FrozenHead;
import org.align4j.algorithms.preference.HeadSettings;
import org.align4j.algorithms.preference.PairFeatures;
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
import org.align4j.models.reward.RewardModel;
import org.align4j.models.reward.RewardStatistics;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Bradley–Terry reward models. */
@Command(
    name = "reward-model",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Train a Bradley-Terry reward model on pairs and save it as a Hugging Face folder with one label, OUT/model. --head frozen trains"
            + " a linear head on what the model makes of each text, in minutes; --head full trains everything.")
final class RewardModelCommand implements Callable<Integer> {

  private static final String MODEL = "model";

  /** What is trained. */
  enum Head {
    FROZEN,
    FULL
  }

  private final Console console;

  @Mixin private PairOptions pairs;

  @Option(
      names = "--head",
      defaultValue = "frozen",
      paramLabel = "frozen|full",
      description = "What is trained (default: ${DEFAULT-VALUE}).")
  private Head head;

  @Option(
      names = "--centring",
      defaultValue = "0.01",
      description =
          "Coefficient of the loss that keeps rewards near a mean of 0, TRL's center_rewards_coefficient; 0 for none (default:"
              + " ${DEFAULT-VALUE}).")
  private double centring;

  @Option(
      names = "--epochs",
      description = "Passes over the pairs, frozen head only (default: 100).")
  private @Nullable Integer epochs;

  @Option(names = "--l2", description = "Penalty on the weights, frozen head only (default: 1).")
  private @Nullable Double l2;

  RewardModelCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    PreferenceSettings settings = Failures.usage(this::settings);
    HeadSettings headSettings = Failures.usage(() -> headSettings(settings));
    List<PreferencePair> read = Failures.usage(pairs::read);
    RewardModel model;
    PairSplit split;
    ModelCodec codec;
    try (Policy policy = Failures.usage(pairs::load)) {
      codec = Failures.usage(() -> ModelCodec.of(policy));
      split = Failures.usage(() -> pairs.split(read, policy, settings, console));
      model = RewardModel.of(policy, settings.seed());
    }
    try (model;
        MetricSink metrics =
            Failures.usage(() -> {
              Files.createDirectories(pairs.out(""));
              return JsonlMetrics.create(pairs.metrics());
            })) {
      PairScores heldOut =
          head == Head.FROZEN
              ? frozen(model, codec, split, settings, headSettings, metrics)
              : full(model, codec, split, settings, metrics);
      var evaluation = PreferenceEvaluation.of(heldOut.chosen(), heldOut.rejected());
      var statistics = RewardStatistics.of(Doubles.concat(heldOut.chosen(), heldOut.rejected()));
      model.save(pairs.out(MODEL), statistics);
      new EvaluationPrinter(console).print(evaluation, statistics, pairs.evaluation());
      console.print("The reward model is in " + pairs.out(MODEL));
    }
    return 0;
  }

  private PairScores full(
      RewardModel model,
      ModelCodec codec,
      PairSplit split,
      PreferenceSettings settings,
      MetricSink metrics) {
    try (PreferenceTrainer trainer = trainer(model, codec, settings)) {
      PreferenceRun run = new PreferenceRun(trainer, split, settings);
      run.run(metrics, (step, steps, row) -> PairOptions.progress(console, step, steps, row));
      return run.evaluate();
    }
  }

  private PairScores frozen(
      RewardModel model,
      ModelCodec codec,
      PairSplit split,
      PreferenceSettings settings,
      HeadSettings headSettings,
      MetricSink metrics) {
    PairFeatures features =
        PairFeatures.of(
            model,
            codec,
            split.training(),
            settings.update().microBatchTokens(),
            done -> {
              if (done % 64 == 0) {
                console
                    .log()
                    .println("features of %s of %s pairs".formatted(done, split.training().size()));
              }
            });
    FrozenHead trained = new FrozenHead(features, headSettings);
    for (int epoch = 1; epoch <= headSettings.epochs(); epoch++) {
      metrics.record(epoch, ImmutableMap.of("loss", trained.epoch()));
    }
    model.replaceHead(trained.weights());
    try (PreferenceTrainer judge = trainer(model, codec, settings)) {
      return judge.evaluate(split.heldOut());
    }
  }

  private PreferenceTrainer trainer(
      RewardModel model, ModelCodec codec, PreferenceSettings settings) {
    return PreferenceTrainer.rewardModel(
        model.network(), codec, new BradleyTerry(centring), settings.update());
  }

  private PreferenceSettings settings() {
    boolean frozen = head == Head.FROZEN;
    Checks.that(
        frozen || (epochs == null && l2 == null),
        "--epochs and --l2 are for --head frozen: --head full takes --steps and --set");
    if (frozen) {
      pairs.checkNoSteps("that is for --head full; --head frozen takes --epochs and --l2");
    }
    return pairs.settings(PreferenceSettings.rewardModel(), MODEL, 1);
  }

  private HeadSettings headSettings(PreferenceSettings settings) {
    HeadSettings defaults = HeadSettings.DEFAULT;
    return new HeadSettings(
        new BradleyTerry(centring),
        epochs == null ? defaults.epochs() : epochs,
        defaults.batchPairs(),
        defaults.learningRate(),
        l2 == null ? defaults.l2() : l2,
        settings.seed());
  }
}
