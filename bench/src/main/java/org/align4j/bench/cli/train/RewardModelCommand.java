package org.align4j.bench.cli.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.run.FrozenHeadRun;
import org.align4j.algorithms.run.PreferenceRun;
import org.align4j.algorithms.run.config.RewardModelConfig;
import org.align4j.algorithms.run.data.PairData;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.settings.RewardModelSettings.Head;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.bench.cli.console.Console;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
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
        "Train a Bradley-Terry reward model on pairs; OUT/policy is a Hugging Face folder with one label. --head frozen trains"
            + " a linear head on what the model makes of each text, in minutes; --head full trains everything. Settings come from a"
            + " YAML file (--init prints one with every field), then from --set, then from the options.")
public final class RewardModelCommand extends RunCommand {

  private static final int PROGRESS = 64;

  @Mixin private PairOptions pairs;

  @Option(
      names = "--head",
      paramLabel = "frozen|full",
      description = "What is trained (default: frozen).")
  private @Nullable String head;

  @Option(
      names = "--centring",
      description =
          "Coefficient of the loss that keeps rewards near a mean of 0, TRL's center_rewards_coefficient; 0 for none (default: 0.01).")
  private @Nullable Double centring;

  @Option(
      names = "--epochs",
      description = "Passes over the pairs, frozen head only (default: 100).")
  private @Nullable Integer epochs;

  @Option(names = "--l2", description = "Penalty on the weights, frozen head only (default: 1).")
  private @Nullable Double l2;

  public RewardModelCommand(Console console) {
    super(console, "reward-model");
  }

  @Override
  List<Record> defaults() {
    return RewardModelConfig.defaults().parts();
  }

  @Override
  Map<String, String> given() {
    Map<String, String> values = new LinkedHashMap<>();
    pairs.put(values);
    put(values, "head", head);
    put(values, "centring", centring);
    put(values, "frozen.epochs", epochs);
    put(values, "frozen.l2", l2);
    return values;
  }

  @Override
  RunJob prepare(Map<String, String> values) {
    RewardModelConfig config = RewardModelConfig.of(values);
    Engine engine = options().engine().engine();
    PairSplit split =
        PairData.open(config.input(), config.run().evaluation(), config.training().maxLength());
    Path model = Path.of(config.input().model());
    boolean frozen = config.reward().head() == Head.FROZEN;
    return new RunJob(
        Fields.toTree(config.parts()),
        config.run(),
        frozen ? "frozen" : "full",
        config.training().seed(),
        frozen
            ? config.reward().frozen().epochs()
            : config.training().stepsOver(split.training().size()),
        PairOptions.pairs(split, config.training())
            + (frozen ? epochs(config) : PairOptions.steps(split, config.training())),
        Optional.of(model),
        PairOptions.files(config.input(), config.run()),
        () -> frozen ? FrozenHeadRun.memory(config, engine) : PreferenceRun.memory(config, engine),
        phases -> {
          Policy policy = PolicyFiles.load(config.input(), config.training().seed(), engine);
          return frozen
              ? new FrozenHeadRun(config, policy, split, done -> features(done, split))
              : PreferenceRun.rewardModel(config, policy, split);
        });
  }

  private static String epochs(RewardModelConfig config) {
    return String.format(
        Locale.ROOT,
        "; a head on frozen features: %d pairs a step of Adam; %d epochs; %d tokens a forward pass",
        config.reward().frozen().pairs(),
        config.reward().frozen().epochs(),
        config.training().update().microBatchTokens());
  }

  private void features(int done, PairSplit split) {
    if (done % PROGRESS == 0) {
      console()
          .log()
          .println("features of %s of %s pairs".formatted(done, split.training().size()));
    }
  }

  @Override
  void results(RunFolder folder) {
    new EvaluationPrinter(console()).print(folder.evaluation());
  }
}
