package org.align4j.bench.cli.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.run.PreferenceRun;
import org.align4j.algorithms.run.config.DpoConfig;
import org.align4j.algorithms.run.data.PairData;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.bench.cli.console.Console;
import org.align4j.core.engine.Engine;
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
        "Train a policy on preference pairs without a reward model. The model as it was is the reference. Settings come from a YAML file"
            + " (--init prints one with every field), then from --set, then from the options.")
public final class DpoCommand extends RunCommand {

  @Mixin private PairOptions pairs;

  @Option(
      names = "--loss",
      paramLabel = "dpo|cdpo|ipo|simpo|orpo|kto",
      description =
          "DPO (the default); with labels that may be wrong (cDPO); a margin of fixed size per token, as TRL has it (IPO);"
              + " or a neighbour of DPO: SimPO, ORPO, KTO.")
  private @Nullable String loss;

  @Option(
      names = "--beta",
      description = "How close to the reference the policy stays (default: 0.1).")
  private @Nullable Double beta;

  @Option(
      names = "--label-smoothing",
      description = "Share of labels that are wrong, in (0, 0.5), cdpo only (default: 0.1).")
  private @Nullable Double labelSmoothing;

  public DpoCommand(Console console) {
    super(console, "dpo");
  }

  @Override
  List<Record> defaults() {
    return DpoConfig.defaults().parts();
  }

  @Override
  Map<String, String> given() {
    Map<String, String> values = new LinkedHashMap<>();
    pairs.put(values);
    put(values, "loss", loss);
    put(values, "beta", beta);
    put(values, "labelSmoothing", labelSmoothing);
    return values;
  }

  @Override
  RunJob prepare(Map<String, String> values) {
    DpoConfig config = DpoConfig.of(values);
    Engine engine = options().engine().engine();
    PairSplit split =
        PairData.open(config.input(), config.run().evaluation(), config.training().maxLength());
    Path model = Path.of(config.input().model());
    return new RunJob(
        Fields.toTree(config.parts()),
        config.run(),
        config.direct().loss().name().toLowerCase(Locale.ROOT),
        config.training().seed(),
        config.training().stepsOver(split.training().size()),
        PairOptions.pairs(split, config.training()) + PairOptions.steps(split, config.training()),
        Optional.of(model),
        PairOptions.files(config.input(), config.run()),
        () -> PreferenceRun.memory(config, engine),
        phases ->
            PreferenceRun.direct(
                config, PolicyFiles.load(config.input(), config.training().seed(), engine), split));
  }

  @Override
  void results(RunFolder folder) {
    new EvaluationPrinter(console()).print(folder.evaluation());
  }
}
