package org.align4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is found out in the middle of a run: bad lines are named before it, or left out. */
final class PromptsOfCommandsTest {

  @TempDir private static Path folder;
  private static String model;
  private static String prompts;
  private static String examples;

  /** What a command printed. */
  private record Outcome(int code, String results, String errors) {}

  @BeforeAll
  static void saveAModelAndFilesWithALineTooLong() throws IOException {
    int positions;
    Path saved = folder.resolve("model");
    try (Policy policy = ArithmeticModel.untrained(Engine.PLAN, 1)) {
      policy.save(saved);
      positions = policy.config().maxPositions();
    }
    model = saved.toString();
    String line = "{\"prompt\":\"%s\",\"answer\":\"5\"}\n";
    String text =
        line.formatted("two, add 3:") + line.formatted("a".repeat(positions)) + line.formatted("b");
    prompts = Files.writeString(folder.resolve("p.jsonl"), text).toString();
    examples = Files.writeString(folder.resolve("s.jsonl"), text).toString();
  }

  private static Outcome run(String... args) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    try {
      int code = Main.run(new PrintStream(results, true, StandardCharsets.UTF_8), List.of(args));
      return new Outcome(
          code, results.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  private static void assertNamesTheLine(Outcome outcome, String place) {
    assertThat(outcome.code()).as(outcome.errors()).isEqualTo(2);
    assertThat(outcome.results()).isEmpty();
    assertThat(outcome.errors())
        .contains("bench/run: " + place + " has ", "--skip-bad-lines")
        .doesNotContain("\tat ");
  }

  @Test
  void compareNamesAPromptThatIsTooLongAndWritesNothing() {
    Path out = folder.resolve("out");
    assertNamesTheLine(
        run(
            "compare",
            "--model",
            model,
            "--prompts",
            prompts,
            "--eval-size",
            "0",
            "--out",
            "" + out),
        "p.jsonl:2");
    assertThat(out).doesNotExist();
  }

  @Test
  void evaluateNamesAPromptThatIsTooLong() {
    assertNamesTheLine(run("evaluate", "--model", model, "--prompts", prompts), "p.jsonl:2");
  }

  @Test
  void evaluateLeavesItOutWhereAskedTo() {
    Outcome outcome =
        run(
            "evaluate",
            "--model",
            model,
            "--prompts",
            prompts,
            "--max-new-tokens",
            "2",
            "--skip-bad-lines");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.results()).contains("problems  2");
  }

  @Test
  void evaluateAsksForNothingBeyondItsSize() {
    Outcome outcome =
        run(
            "evaluate",
            "--model",
            model,
            "--prompts",
            prompts,
            "--max-new-tokens",
            "2",
            "--size",
            "1");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.results()).contains("problems  1");
  }

  @Test
  void sftNamesAnExampleWhosePromptLeavesNoRoom() {
    Path out = folder.resolve("sft");
    assertNamesTheLine(
        run("sft", "--model", model, "--data", examples, "--eval-size", "0", "--out", "" + out),
        "s.jsonl:2");
    assertThat(out).doesNotExist();
  }

  @Test
  void oneSampleOfAPromptIsRefusedForAGroupAlgorithm() {
    Outcome outcome = run("compare", "--algorithms", "ppo,grpo", "--samples-per-prompt", "1");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.errors()).contains("rollout.samples is 1: grpo compares");
  }
}
