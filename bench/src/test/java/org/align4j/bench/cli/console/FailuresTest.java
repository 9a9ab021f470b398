package org.align4j.bench.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.core.file.FileException;
import org.align4j.core.runtime.UnavailableException;
import org.junit.jupiter.api.Test;

/** What failed is one sentence; whose fault it is decides whether a stack trace follows. */
final class FailuresTest {

  /** The exit code and what was printed. */
  private record Outcome(int code, String errors) {}

  private static Outcome report(Throwable failure) {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream log = new PrintStream(errors, true, StandardCharsets.UTF_8);
    int code = Failures.report(failure, new Console(log, log));
    return new Outcome(code, errors.toString(StandardCharsets.UTF_8));
  }

  private static StackTraceElement frame(String loader, String type, int line) {
    return new StackTraceElement(loader, null, null, type, "judge", "File.java", line);
  }

  @Test
  void ofAUsersClassItsOwnLinesAreShown() {
    RuntimeException thrown = new IllegalStateException("no service");
    thrown.setStackTrace(
        new StackTraceElement[] {
          frame("app", "com.google.common.base.Preconditions", 1),
          frame("user", "u.Reward", 7),
          frame("app", "org.align4j.algorithms.reward.Judgements", 3),
          frame("user", "u.Other", 9),
          frame("app", "org.align4j.bench.cli.Main", 4)
        });
    Outcome outcome = report(new ExtensionException("reward mine failed", thrown));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.errors().lines())
        .containsExactly(
            "bench/run: reward mine failed: java.lang.IllegalStateException: no service",
            "\tat u.Reward.judge(File.java:7)",
            "\tat u.Other.judge(File.java:9)");
  }

  /** A program that calls the library has its classes on its own class path. */
  @Test
  void withoutALoaderOfTheUsersTheLinesEndAtOurs() {
    RuntimeException thrown = new IllegalStateException("no service");
    thrown.setStackTrace(
        new StackTraceElement[] {
          frame("app", "u.Reward", 7), frame("app", "org.align4j.algorithms.reward.Judgements", 3)
        });
    assertThat(report(new ExtensionException("reward mine failed", thrown)).errors().lines())
        .hasSize(2)
        .last()
        .isEqualTo("\tat u.Reward.judge(File.java:7)");
  }

  @Test
  void aFullDiskIsOneSentenceWithThePath() {
    Outcome outcome =
        report(
            new FileException(
                Path.of("/out/metrics.jsonl"), new IOException("No space left on device")));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.errors().lines()).hasSize(1);
    assertThat(outcome.errors()).contains("/out/metrics.jsonl: No space left on device");
  }

  @Test
  void theReasonOfAReadThatFailedIsSaidWithItsFile() {
    assertThat(report(new UncheckedIOException(new NoSuchFileException("a/b"))).errors().strip())
        .isEqualTo("bench/run: a/b: there is no such file or folder");
    assertThat(
            report(new UncheckedIOException("p.jsonl: it cannot be read", new IOException("stale")))
                .errors()
                .strip())
        .isEqualTo("bench/run: p.jsonl: it cannot be read (stale)");
  }

  @Test
  void aFullHeapIsOneSentenceWithTheOptionThatHelps() {
    Outcome outcome =
        report(
            new IllegalStateException("a kernel failed", new OutOfMemoryError("Java heap space")));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.errors().lines()).hasSize(1);
    assertThat(outcome.errors()).contains("Java heap space", "ALIGN4J_JAVA_OPTS=-Xmx");
  }

  @Test
  void nativeMemoryRunningOutIsOneSentenceWhoeverSaysSo() {
    for (Throwable failure :
        new Throwable[] {
          new OutOfMemoryError("Cannot allocate 64 bytes"),
          new RuntimeException("Allocation failed: [std::bad_alloc]"),
          new ExceptionInInitializerError(
              new UnsatisfiedLinkError("libnd4jcpu.so: failed to map segment from shared object"))
        }) {
      Outcome outcome = report(failure);
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.errors().lines()).hasSize(1);
      assertThat(outcome.errors()).contains("out of memory outside the Java heap", "fewer prompts");
    }
  }

  /** However it was wrapped on its way: by a class that could not be initialised, by a thread. */
  @Test
  void whatTheMachineLacksIsOneSentence() {
    Outcome outcome =
        report(new ExceptionInInitializerError(new UnavailableException("No GPU: take none.")));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.errors().strip()).isEqualTo("bench/run: No GPU: take none.");
  }

  @Test
  void aFaultOfOursKeepsItsStackTrace() {
    assertThat(report(new IllegalStateException("never")).errors())
        .startsWith("bench/run: never")
        .contains("\tat ");
  }

  @Test
  void tooLittleAddressSpaceIsFoundBeforeTheLibrariesAreLoaded() {
    long gibi = 1L << 30;
    assertThat(AddressSpace.complaint(6 * gibi, 4 * gibi)).isEmpty();
    assertThat(AddressSpace.complaint(5 * gibi, 4 * gibi))
        .isEqualTo(
            "ulimit -v allows 5120 MiB, Java has reserved 4096 of them and 1280 more are needed");
  }
}
