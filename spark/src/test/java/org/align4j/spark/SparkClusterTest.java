package org.align4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.run.RlRun;
import org.align4j.algorithms.run.Trainable.StepResult;
import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.cluster.ClusterCompletions;
import org.align4j.algorithms.run.cluster.ClusterTask;
import org.align4j.algorithms.run.cluster.PolicySource;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.report.TrainingListener;
import org.align4j.core.engine.Engine;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.generate.GenerationListener;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.policy.Policy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster: two executors in processes of their own, one core each. */
class SparkClusterTest {

  /** PPO has all there is: two networks that learn, an average, an entropy bonus that follows. */
  private static final Map<String, String> SETTINGS =
      ImmutableMap.<String, String>builder()
          .put("algorithm", "ppo")
          .put("rollout.prompts", "4")
          .put("rollout.samples", "4")
          .put("rollout.maxNewTokens", "24")
          .put("update.samples", "8")
          .put("update.gradientShards", "4")
          .put("update.emaDecay", "0.5")
          .put("update.learningRate", "1e-4")
          .put("entropy.target", "0.3")
          .put("evaluation.size", "8")
          .buildOrThrow();

  @TempDir static Path folder;

  private static Cluster cluster;

  @BeforeAll
  static void begin() throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    Files.createDirectories(folder.resolve("orders"));
    System.setProperty(
        "spark.executor.extraJavaOptions",
        SparkSettings.FLAGS
            + " -XX:ActiveProcessorCount=1 -Xss4m -D"
            + MortalEngine.FOLDER
            + "="
            + folder.resolve("orders"));
    // On a machine that stands still for a while nobody is to count as lost.
    System.setProperty("spark.align4j.timeout", "200");
    System.setProperty("spark.align4j.stageTimeout", "300");
    System.setProperty("spark.network.timeout", "400s");
    System.setProperty("spark.worker.timeout", "400");
    cluster = Cluster.open("spark", "local-cluster[2,1,512]");
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static RlRun run(@Nullable Cluster on, String engine) {
    return run(on, engine, Map.of());
  }

  private static RlRun run(@Nullable Cluster on, String engine, Map<String, String> changes) {
    TrainConfig config = TrainConfig.of(SETTINGS).with(changes);
    return new RlRun(
        config,
        PolicyFiles.load(config.input(), config.training().seed(), Engine.of(engine)),
        TrainData.open(config.input(), config.run().evaluation(), true),
        Rewards.named("math"),
        TrainingListener.NONE,
        on);
  }

  /** Three updates; the state after the first and the last in folders. */
  private static List<StepResult> train(RlRun run, Path folder, String... orders)
      throws IOException {
    List<StepResult> steps = new ArrayList<>();
    for (int step = 0; step < 3; step++) {
      if (orders.length > 0 && step > 0) {
        order(orders[step - 1]);
      }
      if (orders.length > 0 && step == 1) {
        order(MortalEngine.LEARNING);
      }
      steps.add(run.step());
      if (step != 1) {
        run.save(folder.resolve("step-" + (step + 1)));
      }
    }
    return steps;
  }

  private static void order(String point) {
    try {
      Files.createFile(folder.resolve("orders").resolve(point));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Killed in sampling, in learning and in scoring; and continued from another's state. */
  @Test
  @Timeout(600)
  void aRunWhoseExecutorsAreKilledEndsWithTheBitsOfOneMachine() throws IOException {
    List<StepResult> here;
    ImmutableMap<String, Double> evaluated;
    Path begun = folder.resolve("here");
    try (RlRun run = run(null, "plan")) {
      here = train(run, begun);
      evaluated = run.evaluate();
    }
    try (RlRun run = run(cluster, MortalEngine.NAME)) {
      List<StepResult> there =
          train(run, folder.resolve("there"), MortalEngine.SAMPLING, MortalEngine.SCORING);
      assertThat(run.evaluate()).isEqualTo(evaluated);
      for (int step = 0; step < here.size(); step++) {
        same(there.get(step), here.get(step));
        assertThat(there.get(step).times().keySet())
            .anyMatch(name -> name.matches("executor/\\d+/sent_bytes"));
      }
    }
    try (Stream<Path> orders = Files.list(folder.resolve("orders"))) {
      assertThat(orders).as("executors that were to die and did not").isEmpty();
    }
    sameFiles(begun.resolve("step-1"), folder.resolve("there/step-1"));
    sameFiles(begun.resolve("step-3"), folder.resolve("there/step-3"));
    try (RlRun run = run(cluster, MortalEngine.NAME)) {
      run.resume(begun.resolve("step-1"));
      same(run.step(), here.get(1));
    }
  }

  /** A rate that no parameter survives: the second mini-batch meets it, and is left out. */
  @Test
  @Timeout(300)
  void whatIsNotFiniteIsLeftOutAsOnOneMachine() {
    Map<String, String> rate = Map.of("update.learningRate", "1e38");
    List<StepResult> steps = new ArrayList<>();
    List<String> messages = new ArrayList<>();
    for (boolean away : new boolean[] {false, true}) {
      Cluster on = away ? cluster : null;
      try (RlRun run = run(on, "plan", rate)) {
        run.guard(failure -> {
          messages.add(failure.getMessage());
          return true;
        });
        steps.add(run.step());
      }
    }
    assertThat(steps.get(0).metrics().get("train/skipped_steps")).isPositive();
    same(steps.get(1), steps.get(0));
    int half = messages.size() / 2;
    assertThat(messages.subList(half, messages.size())).isEqualTo(messages.subList(0, half));
  }

  /** The policy of the embedded task. */
  private record Embedded() implements PolicySource {
    @Override
    public Policy load() {
      return ArithmeticModel.pretrained(Engine.PLAN);
    }
  }

  @Test
  @Timeout(300)
  void aPolicyThatNobodyTrainsAnswersWithTheSameBits() {
    try (Policy policy = new Embedded().load()) {
      List<int[]> prompts = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        prompts.add(ModelCodec.of(policy).encode(ArithmeticTask.training().get(i)));
      }
      CompletionSource here = policy.generator(8);
      CompletionSource there =
          new ClusterCompletions(cluster, new Embedded(), 8, here.maxPositions());
      GenerationSettings settings = GenerationSettings.of(16);
      assertThat(there.generate(prompts, 3, settings, 7, 100, GenerationListener.NONE))
          .usingRecursiveComparison()
          .isEqualTo(here.generate(prompts, 3, settings, 7, 100, GenerationListener.NONE));
    }
  }

  @Test
  void whatAnExecutorThrowsIsSaid() {
    ClusterTask<String> task =
        () -> {
          throw new IllegalArgumentException("no such thing");
        };
    assertThatThrownBy(() -> cluster.call(List.of(task)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no such thing");
  }

  /** This file is each process's own, as if the machines had unlike files at one path. */
  private record ReadsAFile() implements ClusterTask<String> {
    private static final String FILE = "/proc/self/cmdline";

    @Override
    public String call() {
      throw new IllegalStateException("the work began");
    }

    @Override
    public List<String> files() {
      return List.of(FILE);
    }
  }

  @Test
  void executorsThatReadOtherFilesAreRefusedBeforeAnyWork() {
    assumeThat(Path.of(ReadsAFile.FILE)).exists();
    assertThatThrownBy(() -> cluster.call(List.of(new ReadsAFile())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "executor \\d+ on .*: /proc/self/cmdline has SHA-256 [0-9a-f]{64}, the driver's"
                + " [0-9a-f]{64}: copy .*");
  }

  private static void same(StepResult is, StepResult expected) {
    assertThat(is.metrics()).isEqualTo(expected.metrics());
    assertThat(is.completions()).isEqualTo(expected.completions());
  }

  private static void sameFiles(Path here, Path there) throws IOException {
    try (Stream<Path> files = Files.list(here)) {
      for (Path file : files.toList()) {
        assertThat(Files.mismatch(file, there.resolve(file.getFileName().toString())))
            .as(file.getFileName().toString())
            .isEqualTo(-1);
      }
    }
  }
}
