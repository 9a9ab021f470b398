package org.align4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad usage is one clear sentence and exit code 2, before any work. */
final class CommandLineTest {

  @TempDir private Path folder;

  /** What a command printed. */
  private record Outcome(int code, String results, String errors) {}

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

  private static void assertUsageError(Outcome outcome, String... parts) {
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.results()).isEmpty();
    assertThat(outcome.errors()).contains(parts).doesNotContain("\tat ");
    assertThat(outcome.errors().lines()).hasSize(1);
  }

  @Test
  void anUnknownAlgorithmIsAnsweredWithTheNearest() {
    Path out = folder.resolve("out");
    assertUsageError(
        run("compare", "--algorithms", "grop", "--out", out.toString()),
        "grop",
        "did you mean grpo",
        "ppo");
    assertThat(out).doesNotExist();
  }

  @Test
  void aReportOfAFolderWithoutRunsIsRefused() {
    Path out = folder.resolve("report.html");
    assertUsageError(
        run("report", folder.toString(), "--out", out.toString()), "no run", "metrics.jsonl");
    assertThat(out).doesNotExist();
  }

  @Test
  void aReproductionOfAnUnknownFigureIsRefused() {
    assertUsageError(run("reproduce", "--figure", "figur3"), "figur3", "did you mean figure3");
    assertUsageError(run("reproduce", "--seeds", "0"), "--seeds is 0: it must be at least 1");
  }

  @Test
  void theRealScaleNeedsItsModelAndTheSmallOneHasIt() {
    assertUsageError(run("reproduce", "--scale", "real"), "needs --model and --prompts");
    assertUsageError(run("reproduce", "--model", "m"), "the small scale has the embedded task");
  }

  @Test
  void aPageOfNoResultsIsRefused() {
    Path out = folder.resolve("pages");
    assertUsageError(
        run("reproduce", "--from", folder.toString(), "--out", out.toString()), "has no results");
    assertThat(out).doesNotExist();
  }

  @Test
  void anUnknownPresetIsAnsweredWithTheNearest() {
    assertUsageError(run("train", "--preset", "paper-maths"), "did you mean paper-math");
  }

  @Test
  void aReportDoesNotOverwriteAnotherFile() throws IOException {
    Files.writeString(folder.resolve("metrics.jsonl"), "{\"step\":1,\"train/reward\":1}\n");
    Path out = folder.resolve("notes.html");
    Files.writeString(out, "mine");
    assertUsageError(run("report", folder.toString(), "--out", out.toString()), "is not a report");
    assertThat(out).hasContent("mine");
  }

  @Test
  void templateKwargsThatAreNoObjectAreRefused() {
    assertUsageError(
        run("compare", "--chat-template-kwargs", "{'a': 1}"), "--chat-template-kwargs", "not JSON");
    assertUsageError(run("compare", "--chat-template-kwargs", "3"), "not a JSON object");
    assertUsageError(run("compare", "--chat-template-kwargs", "{\"a\": 1}"), "needs --model");
  }

  @Test
  void templatesAreComparedWithRecordedTexts() throws IOException {
    Files.writeString(
        folder.resolve("templates.json"), "{\"t\": \"{{ messages[0].content }}{{ x + 1 }}\"}");
    Files.writeString(
        folder.resolve("conversations.json"),
        "{\"one\": {\"messages\": [{\"role\": \"user\", \"content\": \"q\"}], \"kwargs\": {\"x\":"
            + " 1}}, \"two\": {\"messages\": [{\"role\": \"user\", \"content\": \"q\"}],"
            + " \"kwargs\": {}}}");
    String good =
        "{\"template\": \"t\", \"conversation\": \"one\", \"prompt\": false, \"text\": \"q2\"}\n"
            // sha256 of q2
            + "{\"template\": \"t\", \"conversation\": \"one\", \"prompt\": true, \"sha256\":"
            + " \"bee98bf120e8906382754c6be52860ac5dbc65a1ca4dbee7576267d8fd3367e1\"}\n"
            + "{\"template\": \"t\", \"conversation\": \"two\", \"prompt\": false, \"error\":"
            + " \"x\"}\n";
    Files.writeString(folder.resolve("expected.jsonl"), good);
    Outcome result = run("templates", folder.toString());
    assertThat(result.results()).endsWith("3 passed, 0 failed\n");
    assertThat(result.code()).isZero();
    Files.writeString(folder.resolve("expected.jsonl"), good.replace("q2", "q3"));
    Outcome other = run("templates", folder.toString());
    assertThat(other.results())
        .contains("t, one: FAILED", "character 1")
        .endsWith("2 passed, 1 failed\n");
    assertThat(other.code()).isEqualTo(1);
  }

  @Test
  void aNegativeLearningRateIsRefused() {
    assertUsageError(run("compare", "--threads", "0"), "--threads is 0: it must be at least 1");
    assertUsageError(run("compare", "--memory", "much"), "--memory much: write 512m or 8g");
    assertUsageError(
        run("compare", "--engine", "samediff", "--recompute"), "--recompute is of --engine plan");
    assertUsageError(
        run("compare", "--precision", "bf16"), "precision bf16 is not one of engine plan", "fp32");
    assertUsageError(run("compare", "--precision", "half"), "precision is half", "bf16");
    assertUsageError(run("throughput", "--stored"), "--stored needs --model");
    assertUsageError(run("throughput", "--beside-float32", "1"), "--beside-float32 needs --stored");
    assertUsageError(
        run("throughput", "--model", "x.gguf", "--stored", "--beside-float32", "1,0"),
        "--beside-float32: batches are above 0");
    assertUsageError(
        run("compare", "--set", "update.learningRate=-1"),
        "update.learningRate is -1.0",
        "0 or above");
  }

  @Test
  void anUnknownFieldIsAnsweredWithTheNearest() {
    assertUsageError(
        run("compare", "--set", "update.learningRat=1"), "did you mean update.learningRate");
  }

  @Test
  void zeroSeedsAreRefused() {
    assertUsageError(run("compare", "--seeds", "0"), "--seeds is 0", "at least 1");
  }

  @Test
  void anUnknownOptionIsAnsweredWithTheNearest() {
    assertUsageError(run("compare", "--sead", "3"), "--sead", "--seed");
  }

  @Test
  void aModelWithoutPromptsIsRefused() {
    assertUsageError(run("compare", "--model", folder.toString()), "--model needs --prompts");
  }

  @Test
  void missingAndEmptyPromptsAreNamed() throws IOException {
    Path model = Files.writeString(folder.resolve("model.gguf"), "not a model");
    Path empty = Files.writeString(folder.resolve("empty.jsonl"), "");
    assertUsageError(
        run(
            "compare",
            "--model",
            model.toString(),
            "--prompts",
            folder.resolve("none.jsonl").toString()),
        "none.jsonl",
        "no such file");
    assertUsageError(
        run("compare", "--model", model.toString(), "--prompts", empty.toString()),
        "empty.jsonl",
        "is empty");
  }

  @Test
  void aModelThatIsNotOneIsNamed() throws IOException {
    Path model = Files.writeString(folder.resolve("model.gguf"), "not a model");
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.jsonl"),
            "{\"question\": \"1 + 1?\", \"answer\": \"#### 2\"}\n");
    assertUsageError(
        run(
            "compare",
            "--model",
            model.toString(),
            "--prompts",
            prompts.toString(),
            "--eval-size",
            "0"),
        "model.gguf");
  }

  @Test
  void anOutputFolderThatIsAFileIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertUsageError(
        run("compare", "--out", file.toString(), "--updates", "1", "--eval-size", "0"), "--out");
    assertThat(file).isEmptyFile();
  }

  @Test
  void anEarlierRunIsNotOverwritten() throws IOException {
    Path earlier = Files.createDirectories(folder.resolve("ppo/seed-1"));
    Path metrics = Files.writeString(earlier.resolve("metrics.jsonl"), "kept");
    assertUsageError(run("compare", "--out", folder.toString()), "exists from an earlier run");
    assertThat(metrics).hasContent("kept");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compare",
        "sft",
        "reward-model",
        "dpo",
        "evaluate",
        "generate",
        "verify",
        "throughput",
        "parity",
        "conformance",
        "download"
      })
  void everyCommandExplainsItself(String command) {
    Outcome outcome = run(command, "--help");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.results()).contains("Usage:", command);
  }

  @Test
  void aClassPathOnWhichNothingIsRegisteredIsRefused() throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    assertUsageError(
        run("compare", "--classpath", classes.toString()),
        "--classpath " + classes,
        "META-INF/services/org.align4j.algorithms.reward.Reward");
    Path jar = Files.writeString(folder.resolve("my.jar"), "not a jar");
    assertUsageError(run("compare", "--classpath", jar.toString()), "my.jar is not a jar");
  }

  @Test
  void aFileOfCompletionsInNoFolderIsRefusedBeforeTheModelIsRead() {
    assertUsageError(
        run(
            "evaluate",
            "--model",
            folder.toString(),
            "--prompts",
            "p.jsonl",
            "--completions",
            folder.resolve("none/c.jsonl").toString()),
        "--completions",
        "a folder that does not exist");
  }

  @Test
  void verdictsAreCountedOnTheLastLine() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("cases.jsonl"),
            """
            {"text": "so 1/2 of it", "answer": "0.5", "verdict": "correct"}
            {"text": "#### 3", "answer": "4", "verdict": "correct"}
            """);
    Outcome outcome = run("verify", file.toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.results()).endsWith("1 passed, 1 failed\n");
  }
}
