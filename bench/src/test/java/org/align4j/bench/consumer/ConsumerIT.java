package org.align4j.bench.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The consumer project, built before this test against the installed modules, brings an estimator,
 * a loss, a reward, a convention and an algorithm of its own; they run by name. Each test starts a
 * JVM as {@code bench/run} does.
 */
final class ConsumerIT {

  private static final Path CONSUMER = Path.of("target/it/consumer/target/consumer-1.jar");

  @TempDir private Path folder;

  /** What a process printed. */
  private record Outcome(int code, String results, String errors) {}

  private Outcome compare(List<String> jvmFlags, String... more)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "compare", "--updates", "1", "--prompts-per-batch", "2", "--samples-per-prompt", "2"));
    command.addAll(
        List.of(
            "--max-new-tokens",
            "8",
            "--eval-size",
            "0",
            "--out",
            folder.resolve("out").toString()));
    command.addAll(List.of(more));
    return bench(jvmFlags, command);
  }

  private Outcome bench(List<String> jvmFlags, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    command.addAll(List.of("-Xmx1g", "-cp", runtimeClasspath(), "org.align4j.bench.cli.Main"));
    command.addAll(arguments);
    Path results = folder.resolve("results");
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(results.toFile())
            .redirectError(errors.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return new Outcome(process.exitValue(), Files.readString(results), Files.readString(errors));
  }

  /** What bench/run starts java with: not the test class path, which has more. */
  private static String runtimeClasspath() throws IOException {
    return "target/classes" + File.pathSeparator + Files.readString(Path.of("target/dependencies"));
  }

  private static List<String> flags() {
    return List.of(System.getProperty("align4j.jvm.flags", "").split(" "));
  }

  @Test
  void anEstimatorOfTheUsersRunsByName() throws Exception {
    assertThat(CONSUMER).exists();
    Outcome outcome =
        compare(
            flags(),
            "--classpath",
            CONSUMER.toString(),
            "--algorithms",
            "half-baseline,reinforce++");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.results()).contains("half-baseline");
    assertThat(folder.resolve("out/half-baseline/seed-1/metrics.jsonl")).isNotEmptyFile();
  }

  /**
   * An algorithm of the user's own estimator and loss, under a convention and for a reward of his.
   */
  @Test
  void aYamlFileTrainsWithEverythingOfTheUsers() throws Exception {
    Path out = folder.resolve("own");
    Outcome outcome =
        bench(
            flags(),
            List.of(
                "train",
                "src/it/consumer/own.yaml",
                "--classpath",
                CONSUMER.toString(),
                "--out",
                out.toString()));
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(Files.readString(out.resolve("run.json")).replace(" ", ""))
        .contains("\"convention\":\"house\"", "\"algorithm\":\"half-ratio\"");
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl")))
        .anyMatch(line -> line.contains("train/policy_loss"));
  }

  /** Egypt's own digits are the default of {@code String.format} there. */
  @Test
  void digitsAreAsciiInEveryLanguage() throws Exception {
    List<String> flags = new ArrayList<>(flags());
    flags.addAll(List.of("-Duser.language=ar", "-Duser.country=EG"));
    Outcome outcome = compare(flags, "--algorithms", "reinforce++");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.results() + outcome.errors()).doesNotContainPattern("[\u0660-\u0669]");
  }

  @Test
  void withoutTheVectorModuleTheScalarKernelsRunAndSaySo() throws Exception {
    List<String> flags = new ArrayList<>(flags());
    flags.remove("--add-modules");
    flags.remove("jdk.incubator.vector");
    Outcome outcome = compare(flags, "--algorithms", "reinforce++");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.errors()).containsIgnoringCase("scalar kernels");
  }
}
