package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.op.Plan;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a step costs the heap, and what a plan needs of native memory. */
@Tag("isolated")
class PlanMemoryTest {

  private static final int STEPS = 1000;
  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * A training step hands out its scores and notes which parts the batch has: some hundred bytes
   * that do not grow with the batch. The scores are {@code 8 M} bytes.
   */
  @Test
  void aThousandTrainingStepsAllocateLittleButTheirScores() {
    SmallNetwork shape = SmallNetwork.LLAMA;
    TokenBatch batch = Batches.shared(Batches.groups(new Random(3), shape.vocabulary(), 2, 20), 1f);
    float[] coefficients = new float[batch.rows().length];
    Arrays.fill(coefficients, 1f);
    try (Parameters parameters = shape.randomParameters(1);
        PlanNetwork network = PlanNetwork.create(shape, parameters, oneThread())) {
      Runnable step =
          () -> {
            network.forward(batch);
            network.backward(coefficients, null);
            network.parametersChanged();
          };
      long scores = 8L * coefficients.length + 48;
      assertThat(bytesPerStep(step)).isLessThan(scores + 400);
    }
  }

  @Test
  void aThousandDecodingStepsAllocateNothing() {
    SmallNetwork shape = SmallNetwork.LLAMA;
    try (Parameters parameters = shape.randomParameters(1);
        PlanNetwork network = PlanNetwork.create(shape, parameters, oneThread());
        Decoder decoder = network.decoder(4, SmallNetwork.POSITIONS)) {
      int[] prompt = {1, 2, 3};
      int[] slots = decoder.start(prompt, 4, SmallNetwork.POSITIONS);
      double[] uniforms = {0.1, 0.2, 0.3, 0.4};
      int[] tokens = new int[4];
      float[] logProbs = new float[4];
      int[] length = {prompt.length};
      Runnable step =
          () -> {
            decoder.sample(slots, SamplingSettings.DEFAULT, uniforms, tokens, logProbs);
            if (++length[0] > SmallNetwork.POSITIONS) {
              for (int slot : slots) {
                decoder.retire(slot);
              }
              System.arraycopy(decoder.start(prompt, 4, SmallNetwork.POSITIONS), 0, slots, 0, 4);
              length[0] = prompt.length;
            } else {
              decoder.append(slots, tokens);
            }
          };
      // The new group every 93 steps is about 300 bytes.
      assertThat(bytesPerStep(step)).isLessThan(100);
    }
  }

  /**
   * Floats per token and layer, with D hidden, q and k query and key columns, F wide and H heads:
   * the two residuals, q, k, v, the attention's output and log-sum-exps, gate and up. Norms and
   * products of gate and up are made again. Gradients and temporaries do not grow with the layers.
   */
  @Test
  void trainingKeepsOnlyWhatTheBackwardPassReads() {
    Graph graph = PlanOps.record(SmallNetwork.LLAMA);
    int layers = 2;
    int perLayer = 2 * 32 + 32 + 16 + 16 + 32 + 4 + 2 * 48;
    int passing = 32 + 48 * 4 + 32 * 4;
    assertThat(columns(graph, Backward.KEEP))
        .isBetween((long) layers * perLayer, (long) layers * perLayer + passing);
    assertThat(columns(graph, Backward.NONE)).isLessThanOrEqualTo(32 + 32 + 2 * 48L);
  }

  /** The residual stream before each block, and what one layer keeps. */
  @Test
  void recomputingKeepsTheResidualStreamAlone() {
    Graph graph = PlanOps.record(SmallNetwork.LLAMA);
    int stream = 2 * 2 * 32;
    int ofOneLayer = 2 * 32 + 32 + 16 + 16 + 32 + 4 + 2 * 48;
    int passing = 32 + 48 * 4 + 32 * 4;
    assertThat(columns(graph, Backward.RECOMPUTE))
        .isBetween(0L + stream, 0L + stream + ofOneLayer + passing);
  }

  /** Two key heads of 8: a layer that keeps 400 tokens, and one of a window of 20. */
  @Test
  void aWindowsCacheIsToldAsWhatItKeeps() {
    long ofToken = 4 * 2 * 2 * 8;
    int ofPrompt = 20 + 32;
    int following = 20 + 5 + 2 * 32;
    assertThat(
            Engine.PLAN
                .memory(SmallNetwork.GEMMA, name -> false, Resources.shared())
                .of(new NetworkMemory.Passes(400, 0, 3))
                .cache())
        .isEqualTo(3 * ofToken * (400 + ofPrompt + following));
  }

  private static long columns(Graph graph, Backward backward) {
    return Plan.bytesPerToken(graph, any -> true, backward) / Float.BYTES;
  }

  /** On Linux; elsewhere there is no such test. */
  @TestFactory
  Stream<DynamicTest> closingANetworkFreesItsMemoryAtOnce() {
    return Files.isReadable(STATUS)
        ? Stream.of(DynamicTest.dynamicTest("resident memory", PlanMemoryTest::closeAndLook))
        : Stream.empty();
  }

  /** The C library keeps what was freed below something that is still in use. */
  @TestFactory
  Stream<DynamicTest> closingParametersFreesTheirMemoryAtOnce() {
    return Files.isReadable(STATUS)
        ? Stream.of(DynamicTest.dynamicTest("resident memory", PlanMemoryTest::closeParameters))
        : Stream.empty();
  }

  @SuppressWarnings("try") // closing early is what is tested
  private static void closeParameters() throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (int i = 0; i < 100; i++) {
      shapes.put("p" + i, new long[] {512, 256});
    }
    Parameters.zeros(DataType.FLOAT, shapes).close();
    try (Parameters parameters = Parameters.zeros(DataType.FLOAT, shapes);
        INDArray above = Nd4j.create(DataType.FLOAT, 512, 256)) {
      long before = residentBytes();
      parameters.close();
      assertThat(before - residentBytes()).isGreaterThan(40L << 20);
      assertThat(above.sumNumber().doubleValue()).isZero();
    }
  }

  private static void closeAndLook() throws IOException {
    SmallNetwork shape = SmallNetwork.LLAMA;
    TokenBatch batch =
        Batches.separate(Batches.groups(new Random(3), shape.vocabulary(), 500, 90), 1f);
    float[] coefficients = new float[batch.rows().length];
    long activations = 4L * batch.tokens().length * (2L * 32 + 32 + 16 + 16 + 32 + 2 * 48);
    assertThat(activations).as("bytes that the backward pass reads").isGreaterThan(20L << 20);
    try (Parameters parameters = shape.randomParameters(1)) {
      PlanNetwork network = PlanNetwork.create(shape, parameters, oneThread());
      network.forward(batch);
      network.backward(coefficients, null);
      long before = residentBytes();
      network.close();
      assertThat(before - residentBytes()).isGreaterThan(activations);
    }
  }

  private static long residentBytes() throws IOException {
    try (Stream<String> lines = Files.lines(STATUS)) {
      String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
    }
  }

  /** Bytes allocated by this thread per step, after the compiler has seen the code. */
  private static double bytesPerStep(Runnable step) {
    for (int i = 0; i < 300; i++) {
      step.run();
    }
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = bean.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < STEPS; i++) {
      step.run();
    }
    return (bean.getCurrentThreadAllocatedBytes() - before) / (double) STEPS;
  }

  private static PlanSettings oneThread() {
    // Vector kernels allocate until the compiler has removed their boxes; scalar ones never do.
    return PlanSettings.of(Resources.of(1, Resources.USUAL_MEMORY))
        .withKernels(new ScalarKernels());
  }
}
