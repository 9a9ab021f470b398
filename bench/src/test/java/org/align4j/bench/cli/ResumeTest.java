package org.align4j.bench.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code --resume} takes, and what it refuses without touching a thing. */
final class ResumeTest {

  private static final String PROMPTS =
      """
      {"prompt": "one, add 1:", "answer": "2"}
      {"prompt": "two, add 3:", "answer": "5"}
      """;

  @TempDir private static Path folder;
  private static Path model;
  private static Path prompts;
  private static Path run;

  /** What a command printed. */
  private record Outcome(int code, String results, String errors) {}

  @BeforeAll
  static void trainOnce() throws IOException {
    model = folder.resolve("model");
    prompts = Files.writeString(folder.resolve("prompts.jsonl"), PROMPTS);
    run = folder.resolve("run");
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
      policy.save(model);
    }
    List<String> arguments =
        new ArrayList<>(List.of("train", "--model", model.toString(), "--updates", "2"));
    arguments.addAll(List.of("--prompts", prompts.toString(), "--out", run.toString()));
    for (String field :
        List.of(
            "rollout.prompts=2",
            "rollout.samples=2",
            "rollout.maxNewTokens=4",
            "update.samples=4",
            "evaluation.size=0")) {
      arguments.addAll(List.of("--set", field));
    }
    Outcome outcome = execute(arguments);
    assertThat(outcome.code()).as(outcome.errors()).isZero();
  }

  @BeforeEach
  void restorePrompts() throws IOException {
    Files.writeString(prompts, PROMPTS);
  }

  private static Outcome resume(String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, "--resume", "--out", run.toString()));
    arguments.addAll(List.of(more));
    return execute(arguments);
  }

  private static Outcome execute(List<String> arguments) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(errors, true, UTF_8));
    try {
      int code = Main.run(new PrintStream(results, true, UTF_8), arguments);
      return new Outcome(code, results.toString(UTF_8), errors.toString(UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  private static Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(run.relativize(file).toString(), Files.readString(file, ISO_8859_1));
      }
    }
    return contents;
  }

  private static void assertRefused(Outcome outcome, Map<String, String> before, String... parts)
      throws IOException {
    assertThat(outcome.code()).as(outcome.errors()).isEqualTo(2);
    assertThat(outcome.errors()).contains(parts).doesNotContain("\tat ");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void aRunThatIsDoneSaysSo() throws IOException {
    Map<String, String> before = contents();
    Outcome outcome = resume("train");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.results()).contains("is done: nothing is left to do");
    assertThat(contents()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "seed=2, seed was 1",
    "algorithm=ppo, algorithm was reinforce++",
    "rollout.samples=4, rollout.samples was 2",
    "guards.window=5, guards.window was 20",
    "reward=format, reward was math"
  })
  void otherSettingsAreAnotherRun(String field, String message) throws IOException {
    assertRefused(resume("train", "--set", field), contents(), message, "begin a new run");
  }

  /** A plain name of a convention moves with the newest version. */
  @Test
  void aNewerMeaningOfThePlainNameIsAnotherRun() throws IOException {
    Path file = run.resolve("run.json");
    String written = Files.readString(file);
    assertThat(written).contains("openrlhf-0.11.2");
    Files.writeString(file, written.replace("openrlhf-0.11.2", "openrlhf-0.11.0"));
    try {
      assertRefused(
          resume("train"),
          contents(),
          "convention was openrlhf-0.11.0 when the run in",
          "begin a new run");
    } finally {
      Files.writeString(file, written);
    }
  }

  @Test
  void otherDataIsAnotherRun() throws IOException {
    Map<String, String> before = contents();
    Files.writeString(prompts, PROMPTS.replace("\"5\"", "\"6\""));
    assertRefused(resume("train"), before, "the data of the run", "changed since it began");
  }

  @Test
  void anotherModelIsAnotherRun() throws IOException {
    Path other = folder.resolve("other");
    try (Policy policy = ArithmeticModel.untrained(Engine.PLAN, 9)) {
      policy.save(other);
    }
    assertRefused(
        resume("train", "--model", other.toString()),
        contents(),
        "the model of the run",
        "changed");
  }

  @Test
  void anotherEngineIsAnotherRun() throws IOException {
    assertRefused(resume("train", "--engine", "samediff"), contents(), "--engine was plan");
  }

  @Test
  void anotherKindOfTrainingIsAnotherRun() throws IOException {
    assertRefused(resume("sft"), contents(), "is a run of rl, not of sft");
  }

  @Test
  void aFolderThatIsBeingWrittenIsLeftAlone() throws IOException {
    Map<String, String> before = contents();
    try (RunFolder open = RunFolder.open(run)) {
      assertRefused(resume("train"), before, open.path().toString(), "another process");
    }
  }

  @Test
  void aRunIsNeverOverwritten() throws IOException {
    Map<String, String> before = contents();
    assertRefused(
        execute(List.of("train", "--out", run.toString())), before, "is never overwritten");
  }
}
