package org.align4j.bench.cli.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.align4j.bench.cli.console.Console;
import org.align4j.core.file.JsonFiles;

/** Prints what held-out pairs say of a trained model. */
final class EvaluationPrinter {

  private static final long LARGEST = 1 << 20;

  private final Console console;

  EvaluationPrinter(Console console) {
    this.console = console;
  }

  /** Prints the {@code evaluation.json} of a run, where it has one. */
  void print(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    JsonNode evaluation = JsonFiles.readObject(file, LARGEST);
    console.print("held-out pairs     " + evaluation.path("pairs").asInt());
    console.print("accuracy           " + percent(evaluation.path("accuracy")));
    console.print("area under ROC     " + percent(evaluation.path("areaUnderRoc")));
    print("calibration error  %.1f %%", 100 * evaluation.path("calibrationError").asDouble());
    for (JsonNode bin : evaluation.path("calibration")) {
      print(
          "  promised %.1f %%  kept %s, %d pairs",
          100 * bin.path("promised").asDouble(),
          percent(bin.path("kept")),
          bin.path("pairs").asInt());
    }
    print("mean margin        %.4f", evaluation.path("meanMargin").asDouble());
    JsonNode rewards = evaluation.path("rewards");
    if (rewards.isObject()) {
      print(
          "rewards            mean %.4f, deviation %.4f",
          rewards.path("mean").asDouble(), rewards.path("deviation").asDouble());
    }
  }

  private void print(String format, Object... values) {
    console.print(String.format(Locale.ROOT, format, values));
  }

  private static String percent(JsonNode interval) {
    return String.format(
        Locale.ROOT,
        "%.1f %% (95 %%: %.1f to %.1f)",
        100 * interval.path("value").asDouble(),
        100 * interval.path("low").asDouble(),
        100 * interval.path("high").asDouble());
  }
}
