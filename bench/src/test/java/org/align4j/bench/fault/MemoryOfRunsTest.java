package org.align4j.bench.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options of memory where they take effect, in processes of their own. */
final class MemoryOfRunsTest {

  private static final Pattern ACTIVATIONS = Pattern.compile("([0-9.]+) activations");

  @TempDir private Path folder;

  @Test
  void recomputedActivationsTakeLess() throws Exception {
    assertThat(activations("--recompute")).isLessThan(activations("--threads=1"));
  }

  /** More than any machine has: responses of a hundred million tokens, in chats without end. */
  @Test
  void aJobThatCannotFitIsRefusedInASentence() throws Exception {
    RunProcess process =
        RunProcess.start(
            folder,
            List.of(
                "train",
                "--dry-run",
                "--set",
                "rollout.prompts=100000000",
                "--set",
                "update.samples=400000000"));
    assertThat(process.waitFor()).as(process.output()).isEqualTo(2);
    assertThat(process.output()).contains("GB are available. What fits: ").doesNotContain("\tat ");
  }

  private double activations(String option) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("train", "--dry-run", option));
    arguments.addAll(List.of("--set", "update.microBatchTokens=2048"));
    RunProcess process = RunProcess.start(folder, arguments);
    assertThat(process.waitFor()).as(process.output()).isZero();
    Matcher found = ACTIVATIONS.matcher(process.output());
    assertThat(found.find()).as(process.output()).isTrue();
    return Double.parseDouble(found.group(1));
  }
}
