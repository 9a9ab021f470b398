package org.align4j.bench.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs in processes of their own that are killed, stopped or starved of disk, and go on: what they
 * leave is what an unbroken run leaves, bit for bit. {@code -Dalign4j.kills=100} kills each kind of
 * run so often, and fills a small disk; without, there are a few kills.
 */
@EnabledOnOs(OS.LINUX)
final class KilledRunsTest {

  private static final boolean ALL = System.getProperty("align4j.kills") != null;

  /** Of each kind of run. */
  private static final int KILLS = Integer.getInteger("align4j.kills", 2);

  /** Before a run may end. */
  private static final int KILLS_A_RUN = 4;

  /** The first row is of the evaluation before the first step. */
  private static final int ROWS = TinyRuns.STEPS + 1;

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static TinyRuns runs;
  private static final Map<String, Path> UNBROKEN = new HashMap<>();

  @BeforeAll
  static void writeModelAndData() throws IOException {
    runs = new TinyRuns(shared);
  }

  private static Path unbroken(String kind) throws Exception {
    if (!UNBROKEN.containsKey(kind)) {
      Path run = shared.resolve("unbroken-" + kind);
      finish(kind, run);
      UNBROKEN.put(kind, run);
    }
    return UNBROKEN.get(kind);
  }

  private static List<String> arguments(String kind, Path run) {
    List<String> arguments = new ArrayList<>(runs.arguments(kind));
    arguments.addAll(List.of("--resume", "--out", run.toString()));
    return arguments;
  }

  private static RunProcess start(String kind, Path run) throws IOException {
    return RunProcess.start(shared, arguments(kind, run));
  }

  private static void finish(String kind, Path run) throws Exception {
    RunProcess process = start(kind, run);
    assertThat(process.waitFor()).as(process.output()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reinforce++",
        "ppo",
        "flash-reinforce",
        "sft",
        "dpo",
        "reward-model",
        "reward-head"
      })
  void aKilledRunEndsAsAnUnbrokenOne(String kind) throws Exception {
    assumeTrue(ALL || kind.equals("reinforce++"), "killed with -Dalign4j.kills=100 only");
    Path unbroken = unbroken(kind);
    Random random = new Random(17);
    for (int kills = 0; kills < KILLS; ) {
      Path run = folder.resolve("killed-" + kills);
      for (int i = 0; i < KILLS_A_RUN && kills < KILLS; i++) {
        kills += killOnce(kind, run, random) ? 1 : 0;
      }
      finish(kind, run);
      RunResults.assertSame(run, unbroken);
      MoreFiles.deleteRecursively(run, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  /** Within a checkpoint, within a step, or after the last one; false where it had ended before. */
  private static boolean killOnce(String kind, Path run, Random random) throws Exception {
    boolean inCheckpoint = random.nextBoolean();
    int rows = inCheckpoint ? ROWS : random.nextInt(ROWS);
    RunProcess process = start(kind, run);
    process.waitUntil(
        () -> (inCheckpoint && RunResults.writesCheckpoint(run)) || RunResults.rows(run) > rows);
    Thread.sleep(random.nextInt(inCheckpoint ? 10 : 200));
    boolean killed = process.isAlive();
    process.kill();
    return killed;
  }

  @Test
  void aSignalSavesTheStateAndSaysHowToGoOn() throws Exception {
    Path run = folder.resolve("run");
    stop("ppo", run, "TERM", 143);
    finish("ppo", run);
    RunResults.assertSame(run, unbroken("ppo"));
  }

  private static void stop(String kind, Path run, String signal, int code) throws Exception {
    RunProcess process = start(kind, run);
    // Before the first step: later ones take milliseconds.
    process.waitUntil(() -> RunResults.rows(run) > 0);
    process.signal(signal);
    assertThat(process.waitFor()).as(process.output()).isEqualTo(code);
    assertThat(process.output()).contains("Go on with: bench/run", "--resume", run.toString());
    int rows = RunResults.rows(run);
    assertThat(rows).isLessThan(ROWS);
    // The step at hand was finished and saved: the last row is that of the newest checkpoint.
    assertThat(run.resolve("checkpoints/step-" + (rows - 1))).isDirectory();
    assertThat(RunResults.status(run)).isEqualTo("interrupted");
  }

  @Test
  void aSecondSignalEndsAtOnce() throws Exception {
    Path run = folder.resolve("run");
    List<String> arguments = arguments("ppo", run);
    // Steps that last: the first signal finds one at work.
    arguments.addAll(List.of("--set", "rollout.prompts=512", "--set", "rollout.samples=8"));
    arguments.addAll(List.of("--set", "rollout.maxNewTokens=48"));
    RunProcess process = RunProcess.start(shared, arguments);
    process.waitUntil(() -> RunResults.rows(run) > 0);
    process.signal("TERM");
    process.waitUntil(() -> process.output().contains("once more ends at once"));
    process.signal("TERM");

    assertThat(process.waitFor()).isEqualTo(143);
    assertThat(process.output()).doesNotContain("the state is saved");
    assertThat(RunResults.rows(run)).isEqualTo(1);
  }

  /** A limit on the size of files fails a write in its middle, as a full disk does. */
  @Test
  void aWriteThatFailsLosesNothingThatWasWhole() throws Exception {
    String kind = "reinforce++";
    Path run = folder.resolve("run");
    if (RunProcess.ignoresInterrupts()) {
      stop(kind, run, "TERM", 143);
    } else {
      stop(kind, run, "INT", 130);
    }
    Path checkpoint = newest(run);
    byte[] before = Files.readAllBytes(checkpoint.resolve("policy.safetensors"));

    // In blocks of 512 or 1024 bytes: less than the parameters have.
    RunProcess starved =
        RunProcess.start(shared, "ulimit -f 2000; exec \"$@\"", arguments(kind, run));
    assertThat(starved.waitFor()).as(starved.output()).isEqualTo(1);
    assertThat(starved.output())
        .contains(run.resolve("checkpoints").toString(), "File too large")
        .doesNotContain("\tat ");
    assertThat(RunResults.status(run)).isEqualTo("failed");
    assertThat(run.resolve("log.txt")).content().contains("failed: ", "File too large");
    assertThat(checkpoint.resolve("policy.safetensors")).hasBinaryContent(before);

    finish(kind, run);
    RunResults.assertSame(run, unbroken(kind));
  }

  private static Path newest(Path run) throws IOException {
    try (Stream<Path> entries = Files.list(run.resolve("checkpoints"))) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith("step-"))
          .max((a, b) -> a.toString().compareTo(b.toString()))
          .orElseThrow();
    }
  }

  /** Needs the right to mount. */
  @Test
  void aFullDiskLosesNothingThatWasWhole() throws Exception {
    assumeTrue(ALL, "with -Dalign4j.kills=100 only");
    String kind = "reinforce++";
    Path disk = Files.createDirectory(folder.resolve("disk"));
    // Two checkpoints of 12 MiB and what is beside them; a third does not fit.
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=40m", "none", disk.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(mount.getInputStream().readAllBytes(), UTF_8);
    assumeTrue(mount.waitFor() == 0, "no small disk to fill: " + said);
    try {
      Path run = disk.resolve("run");
      RunProcess full = start(kind, run);
      assertThat(full.waitFor()).as(full.output()).isEqualTo(1);
      assertThat(full.output())
          .contains(run.toString(), "No space left on device: free some")
          .doesNotContain("\tat ");
      int code =
          new ProcessBuilder("mount", "-o", "remount,size=200m", disk.toString()).start().waitFor();
      assertThat(code).isZero();
      finish(kind, run);
      RunResults.assertSame(run, unbroken(kind));
    } finally {
      var _ = new ProcessBuilder("umount", disk.toString()).start().waitFor();
    }
  }
}
