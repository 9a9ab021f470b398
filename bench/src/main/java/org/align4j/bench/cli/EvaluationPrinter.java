package org.align4j.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Locale;
import org.align4j.algorithms.preference.PreferenceEvaluation;
import org.align4j.algorithms.train.Interval;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.reward.RewardStatistics;

/** Prints and writes what held-out pairs say. */
final class EvaluationPrinter {

  private final Console console;

  EvaluationPrinter(Console console) {
    this.console = console;
  }

  /** Of a reward model: the statistics go to the same file. */
  void print(PreferenceEvaluation evaluation, RewardStatistics statistics, Path file) {
    print(evaluation);
    console.print(
        String.format(
            Locale.ROOT,
            "rewards            mean %.4f, deviation %.4f",
            statistics.mean(),
            statistics.deviation()));
    ObjectNode json = JsonFiles.mapper().valueToTree(evaluation);
    json.set("rewards", JsonFiles.mapper().valueToTree(statistics));
    write(json, file);
  }

  /** Of a policy. */
  void print(PreferenceEvaluation evaluation, Path file) {
    print(evaluation);
    write(JsonFiles.mapper().valueToTree(evaluation), file);
  }

  private static void write(ObjectNode json, Path file) {
    try {
      AtomicFiles.writeString(
          file,
          JsonFiles.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an evaluation is numbers only", e);
    }
  }

  private void print(PreferenceEvaluation evaluation) {
    console.print("held-out pairs     " + evaluation.pairs());
    console.print("accuracy           " + percent(evaluation.accuracy()));
    console.print("area under ROC     " + percent(evaluation.areaUnderRoc()));
    console.print(
        String.format(
            Locale.ROOT, "calibration error  %.1f %%", 100 * evaluation.calibrationError()));
    for (PreferenceEvaluation.Bin bin : evaluation.calibration()) {
      console.print(
          String.format(
              Locale.ROOT,
              "  promised %.1f %%  kept %s, %d pairs",
              100 * bin.promised(),
              percent(bin.kept()),
              bin.pairs()));
    }
    console.print(String.format(Locale.ROOT, "mean margin        %.4f", evaluation.meanMargin()));
  }

  private static String percent(Interval interval) {
    return String.format(
        Locale.ROOT,
        "%.1f %% (95 %%: %.1f to %.1f)",
        100 * interval.value(),
        100 * interval.low(),
        100 * interval.high());
  }
}
