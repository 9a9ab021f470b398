package org.align4j.bench.cli.train;

import java.util.List;
import java.util.Map;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.bench.cli.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** On-policy distillation: {@code train} with a teacher in the place of scores. */
@Command(
    name = "distill",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Train a policy on its own samples to answer as a teacher would (on-policy distillation). Both need the same tokenizer."
            + " Everything else is as in train; the reward is recorded and not learnt from. Without a model and prompts: the"
            + " embedded arithmetic task.")
public final class DistillCommand extends TrainCommand {

  @Option(
      names = "--teacher",
      paramLabel = "FOLDER-OR-GGUF",
      description = "The model to learn from.")
  private @Nullable String teacher;

  @Option(
      names = "--divergence",
      paramLabel = "BETA",
      description =
          "Learn the whole distribution at each token: 0 forward KL, 1 reverse KL, between them Jensen-Shannon. Without it: the"
              + " reverse KL of the sampled tokens.")
  private @Nullable String divergence;

  public DistillCommand(Console console) {
    super(console);
  }

  @Override
  List<Record> defaults() {
    TrainConfig embedded = TrainConfig.embedded();
    return List.of(
        embedded.input(),
        embedded.run(),
        embedded.training().withAlgorithm(Algorithm.DISTILLATION.name()));
  }

  @Override
  Map<String, String> given() {
    Map<String, String> values = super.given();
    values.putIfAbsent("algorithm", Algorithm.DISTILLATION.name());
    put(values, "teacher", teacher);
    put(values, "distillation.divergence", divergence);
    return values;
  }
}
