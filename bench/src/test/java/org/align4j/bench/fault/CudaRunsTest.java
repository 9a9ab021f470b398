package org.align4j.bench.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Commands with {@code --engine cuda}, on the emulated driver where it can be built. */
final class CudaRunsTest {

  private static final Path BUILD = Path.of("../cuda/src/test/cuda/build");

  private static String driver = "";

  @TempDir private Path folder;

  @BeforeAll
  static void build() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", BUILD.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    driver = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int code = process.waitFor();
    assumeTrue(code != 2, "the emulated driver cannot be built here");
    assertThat(code).isZero();
  }

  private RunProcess start(String library, List<String> arguments) throws IOException {
    return RunProcess.start(folder, "ALIGN4J_CUDA_DRIVER='" + library + "' exec \"$@\"", arguments);
  }

  private static List<String> on(String engine, Path out, List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--engine", engine, "--out", out.toString()));
    return all;
  }

  /** Updates learn what they learn on the plan: the kernels have its bits. */
  @ParameterizedTest
  @ValueSource(strings = {"dpo", "reinforce++"})
  void aRunHasTheBitsOfThePlans(String kind) throws Exception {
    List<String> arguments = new TinyRuns(folder).arguments(kind);
    Path run = folder.resolve("cuda");
    Path expected = folder.resolve("plan");
    RunProcess plan = start(driver, on("plan", expected, arguments));
    assertThat(plan.waitFor()).as(plan.output()).isZero();
    RunProcess cuda = start(driver, on("cuda", run, arguments));
    assertThat(cuda.waitFor()).as(cuda.output()).isZero();
    RunResults.assertSame(run, expected);
  }

  /** From a teacher's whole distributions: exponentials in double are the card's own. */
  @Test
  void aStudentLearnsWhatItLearnsOnThePlan() throws Exception {
    Path teacher = folder.resolve("teacher");
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
      INDArray head = policy.parameters().get("model.embed_tokens.weight");
      head.muli(1.1);
      policy.save(teacher);
    }
    List<String> arguments = new ArrayList<>(List.of("distill", "--teacher", teacher.toString()));
    for (String field :
        List.of(
            "updates=2",
            "distillation.divergence=0.5",
            "rollout.prompts=4",
            "rollout.samples=2",
            "rollout.maxNewTokens=12",
            "update.samples=4",
            "update.learningRate=1e-4",
            "evaluation.size=2")) {
      arguments.addAll(List.of("--set", field));
    }
    Path run = folder.resolve("cuda");
    Path expected = folder.resolve("plan");
    RunProcess plan = start(driver, on("plan", expected, arguments));
    assertThat(plan.waitFor()).as(plan.output()).isZero();
    RunProcess cuda = start(driver, on("cuda", run, arguments));
    assertThat(cuda.waitFor()).as(cuda.output()).isZero();
    RunResults.assertSame(run, expected);
  }

  /** The card holds the networks alone: Java is in other memory. */
  @Test
  void theMemoryThatIsToldIsTheCards() throws Exception {
    RunProcess process = start(driver, List.of("train", "--engine", "cuda", "--dry-run"));
    assertThat(process.waitFor()).as(process.output()).isZero();
    assertThat(process.output()).contains("memory: ", " activations").doesNotContain(" Java");
  }

  /** Every family, against transformers. */
  @Test
  void parityHolds() throws Exception {
    RunProcess process =
        start(driver, List.of("parity", "--engine", "cuda", "../models/src/test/resources/parity"));
    assertThat(process.waitFor()).as(process.output()).isZero();
    assertThat(process.output()).doesNotContain("FAILED");
  }

  @Test
  void withoutACardThereIsOneSentence() throws Exception {
    RunProcess process =
        start(
            folder.resolve("none.so").toString(),
            List.of("parity", "--engine", "cuda", "../models/src/test/resources/parity/llama"));
    assertThat(process.waitFor()).isNotZero();
    assertThat(process.output()).contains("none.so").doesNotContain("\tat ");
  }
}
