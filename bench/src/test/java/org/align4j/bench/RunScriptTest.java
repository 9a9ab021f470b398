package org.align4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bench/run} as people call it, in a checkout that looks built, with a java that prints what
 * it is started with.
 */
@EnabledOnOs(OS.LINUX)
final class RunScriptTest {

  private static final Map<String, String> BARE = ImmutableMap.of("PATH", "/usr/bin:/bin");

  @TempDir private Path folder;
  private Path checkout;
  private Path jdk;

  /** What a process printed, and how it ended. */
  private record Outcome(int code, String results, String errors) {}

  @BeforeEach
  void makeACheckoutThatLooksBuilt() throws IOException {
    checkout = folder.resolve("a checkout");
    for (String module : List.of("core", "models", "algorithms", "bench", "spark")) {
      Files.createDirectories(checkout.resolve(module).resolve("src/main"));
      Files.createFile(checkout.resolve(module).resolve("pom.xml"));
    }
    Files.createFile(checkout.resolve("pom.xml"));
    for (String script : List.of("run", "environment")) {
      Files.copy(Path.of(script), checkout.resolve("bench").resolve(script));
    }
    executable(checkout.resolve("bench/run"));
    Path jar = Files.createDirectories(checkout.resolve("bench/target")).resolve("bench.jar");
    Files.createFile(jar);
    Files.writeString(checkout.resolve("bench/target/classpath"), jar.toRealPath().toString());

    jdk = Files.createDirectories(folder.resolve("jdk/bin")).getParent();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    java("printf 'LC_ALL=%s\\nHOME=%s\\n' \"${LC_ALL:-}\" \"$HOME\"; printf '%s\\n' \"$@\"");
    Files.createSymbolicLink(jdk.resolve("bin/javac"), Path.of("java"));
  }

  private void java(String body) throws IOException {
    executable(Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\n" + body + "\n"));
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Outcome run(Map<String, String> environment, Path cwd, String... command)
      throws IOException, InterruptedException {
    Path results = folder.resolve("results");
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(cwd.toFile())
            .redirectOutput(results.toFile())
            .redirectError(errors.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("JAVA_HOME", jdk.toString());
    int code = builder.start().waitFor();
    return new Outcome(code, Files.readString(results), Files.readString(errors));
  }

  private Outcome run(String... command) throws IOException, InterruptedException {
    return run(BARE, folder, command);
  }

  private String script() {
    return checkout.resolve("bench/run").toString();
  }

  @Test
  void argumentsReachJavaAsTheyAre() throws Exception {
    Outcome outcome = run(script(), "generate", "--prompt", "two words", "");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.results())
        .endsWith("org.align4j.bench.cli.Main\ngenerate\n--prompt\ntwo words\n\n");
  }

  @Test
  void itIsFoundThroughLinksToItselfAndToItsFolders() throws Exception {
    Files.createSymbolicLink(folder.resolve("folder"), Path.of("a checkout/bench"));
    Files.createSymbolicLink(folder.resolve("first"), Path.of("folder/run"));
    Files.createSymbolicLink(folder.resolve("second"), Path.of("first"));
    for (String command : List.of("./second", "folder/run")) {
      Outcome outcome = run(command, "--version");
      assertThat(outcome.code()).as(outcome.errors()).isZero();
      assertThat(outcome.results()).contains(checkout.toRealPath() + "/bench/target/bench.jar");
    }
  }

  @Test
  void cdpathDoesNotLeadItAway() throws Exception {
    Outcome outcome =
        run(
            ImmutableMap.of("PATH", "/usr/bin:/bin", "CDPATH", "/usr:.."),
            checkout.resolve("bench"),
            "bash",
            "run",
            "--version");
    assertThat(outcome.code()).as(outcome.errors()).isZero();
    assertThat(outcome.errors()).isEmpty();
  }

  @Test
  void onlyForSparkItTakesItsClassPath() throws Exception {
    Path jar = Files.createDirectories(checkout.resolve("spark/target")).resolve("spark.jar");
    Files.createFile(jar);
    Files.writeString(checkout.resolve("spark/target/classpath"), jar.toRealPath().toString());
    assertThat(run(script(), "train").results()).doesNotContain("spark.jar");
    assertThat(run(script(), "train", "--spark", "spark://a:1").results()).contains("spark.jar");
    assertThat(run(script(), "train", "--spark=spark://a:1").results()).contains("spark.jar");
    assertThat(checkout.resolve("spark/target/spark-home/jars")).isDirectory();
  }

  @Test
  void withoutAHomeItTakesThatOfTheUser() throws Exception {
    for (Map<String, String> environment :
        List.of(BARE, ImmutableMap.of("PATH", "/usr/bin:/bin", "HOME", ""))) {
      Outcome outcome = run(environment, folder, script(), "--version");
      assertThat(outcome.code()).as(outcome.errors()).isZero();
      assertThat(outcome.results()).containsPattern("HOME=/.*\\n");
    }
  }

  @Test
  void javaAlwaysSeesAUtf8Locale() throws Exception {
    for (String locale : List.of("", "C", "POSIX", "de_DE.ISO-8859-1", "xx_YY.UTF-8")) {
      Outcome outcome =
          run(
              ImmutableMap.of("PATH", "/usr/bin:/bin", "LC_ALL", locale),
              folder,
              script(),
              "--version");
      assertThat(outcome.results()).as(locale).containsPattern("LC_ALL=.*[uU][tT][fF]-?8\\n");
      assertThat(outcome.results()).contains("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8");
    }
  }

  @Test
  void optionsForJavaComeAfterItsOwn() throws Exception {
    Outcome outcome =
        run(
            ImmutableMap.of("PATH", "/usr/bin:/bin", "ALIGN4J_JAVA_OPTS", "-Xmx8g -Dx=y"),
            folder,
            script(),
            "--version");
    assertThat(outcome.results().lines().toList()).containsSubsequence("-Xmx2g", "-Xmx8g", "-Dx=y");
  }

  @Test
  void aJavaThatDoesNotStartWithinItsMemoryIsToldInOneSentence() throws Exception {
    java(
        "echo 'Error occurred during initialization of VM'; "
            + "echo 'Could not reserve enough space for 2097152KB object heap'; exit 1");
    Outcome outcome = run("bash", "-c", "ulimit -v 4000000; exec \"$0\" --version", script());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.results()).isEmpty();
    assertThat(outcome.errors().lines()).hasSize(1);
    assertThat(outcome.errors())
        .contains("ulimit -v: 4000000 KiB", "Could not reserve enough space", "ALIGN4J_JAVA_OPTS=");
  }
}
