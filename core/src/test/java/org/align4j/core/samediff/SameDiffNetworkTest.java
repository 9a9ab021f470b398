package org.align4j.core.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Scores;
import org.align4j.core.tensor.Parameters;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class SameDiffNetworkTest {

  /** Sums of a few dozen terms of size 1 in float32, in different orders of rows. */
  private static final Offset<Float> ROUNDING = within(1e-5f);

  private static final int[] PROMPT = {3, 1, 4};

  private static SameDiffNetwork network(boolean scalar, DataType type) {
    TinyNetwork definition = new TinyNetwork(scalar);
    return SameDiffNetwork.create(definition, OpCase.parameters(definition, type, 11));
  }

  /** The prompt once, the answers as segments that continue it; answer tokens labelled. */
  private static TokenBatch shared() {
    int[] tokens = {3, 1, 4, 1, 5, 9, 2, 6, 5};
    var layout = new SequenceLayout(new int[] {0, 3, 5, 8, 9}, new int[] {-1, 0, 0, 0});
    int[] rows = {2, 3, 2, 5, 6, 2};
    int[] labels = {1, 5, 9, 2, 6, 5};
    return new TokenBatch(tokens, layout, rows, labels, 0.8f);
  }

  /** The same as whole sequences. */
  private static TokenBatch separate() {
    int[] tokens = {3, 1, 4, 1, 5, 3, 1, 4, 9, 2, 6, 3, 1, 4, 5};
    var layout = new SequenceLayout(new int[] {0, 5, 11, 15}, new int[] {-1, -1, -1});
    int[] rows = {2, 3, 7, 8, 9, 13};
    int[] labels = {1, 5, 9, 2, 6, 5};
    return new TokenBatch(tokens, layout, rows, labels, 0.8f);
  }

  @Test
  void languageGradientsMatchFiniteDifferences() {
    try (SameDiffNetwork network = network(false, DataType.DOUBLE)) {
      GradientCheck.check(network, shared(), true);
    }
  }

  @Test
  void scalarGradientsMatchFiniteDifferences() {
    try (SameDiffNetwork network = network(true, DataType.DOUBLE)) {
      GradientCheck.check(network, shared(), false);
    }
  }

  @Test
  void aSharedPromptEqualsSeparateSequences() {
    try (SameDiffNetwork network = network(false, DataType.FLOAT)) {
      float[] coefficients = {1, -2, 0.5f, 3, -1, 2};
      Scores one = network.forward(shared());
      network.backward(coefficients, coefficients);
      float[] gradient = network.gradients().flat().toFloatVector();
      network.gradients().zero();
      Scores other = network.forward(separate());
      network.backward(coefficients, coefficients);
      assertThat(one.outputs()).containsExactly(other.outputs(), ROUNDING);
      assertThat(one.entropy()).containsExactly(other.entropy(), ROUNDING);
      // Gradients add a few terms of size 10.
      assertThat(gradient)
          .containsExactly(network.gradients().flat().toFloatVector(), within(1e-3f));
    }
  }

  @Test
  void aSequenceDoesNotDependOnItsCompany() {
    try (SameDiffNetwork network = network(false, DataType.FLOAT)) {
      float[] together = network.score(separate()).outputs();
      int[] alone = {3, 1, 4, 5};
      int[] long40 = new int[40];
      float[] single =
          network
              .score(
                  new TokenBatch(
                      alone, SequenceLayout.single(4), new int[] {2}, new int[] {5}, 0.8f))
              .outputs();
      int[] padded = Arrays.copyOf(alone, 44);
      System.arraycopy(long40, 0, padded, 4, 40);
      float[] beside =
          network
              .score(
                  new TokenBatch(
                      padded,
                      new SequenceLayout(new int[] {0, 4, 44}, new int[] {-1, -1}),
                      new int[] {2},
                      new int[] {5},
                      0.8f))
              .outputs();
      assertThat(single[0]).isCloseTo(together[5], ROUNDING);
      assertThat(beside[0]).isCloseTo(together[5], ROUNDING);
    }
  }

  @Test
  void logProbsOfAllLabelsAddUpToOneAndEntropyFollows() {
    try (SameDiffNetwork network = network(false, DataType.DOUBLE)) {
      int v = TinyNetwork.VOCABULARY;
      int[] rows = new int[v];
      Arrays.fill(rows, 2);
      int[] labels = new int[v];
      Arrays.setAll(labels, i -> i);
      var batch = new TokenBatch(PROMPT, SequenceLayout.single(3), rows, labels, 1.7f);
      double total = 0;
      double entropy = 0;
      for (double logProb : network.outputs(batch)) {
        total += Math.exp(logProb);
        entropy -= Math.exp(logProb) * logProb;
      }
      assertThat(total).isCloseTo(1, within(1e-12));
      assertThat(network.entropy(batch)[4]).isCloseTo(entropy, within(1e-12));
    }
  }

  @Test
  void gradientsAccumulateOverBatches() {
    try (SameDiffNetwork network = network(false, DataType.FLOAT)) {
      float[] coefficients = {1, -2, 0.5f, 3, -1, 2};
      network.forward(shared());
      network.backward(coefficients, null);
      float[] once = network.gradients().flat().toFloatVector();
      network.backward(coefficients, null);
      float[] twice = network.gradients().flat().toFloatVector();
      for (int i = 0; i < once.length; i++) {
        assertThat(twice[i]).isCloseTo(2 * once[i], within(1e-4f * (1 + Math.abs(once[i]))));
      }
    }
  }

  @Test
  void sequencesWithoutCoefficientsDoNotChangeTheOthers() {
    try (SameDiffNetwork network = network(false, DataType.FLOAT)) {
      float[] some = {0, 0, 2, 0, 1, 0};
      network.forward(shared());
      network.backward(some, null);
      float[] gradient = network.gradients().flat().toFloatVector();
      network.gradients().zero();
      int[] tokens = {3, 1, 4, 9, 2, 6};
      network.forward(
          new TokenBatch(
              tokens, SequenceLayout.single(6), new int[] {2, 4}, new int[] {9, 6}, 0.8f));
      network.backward(new float[] {2, 1}, null);
      assertThat(gradient)
          .containsExactly(network.gradients().flat().toFloatVector(), within(1e-4f));
    }
  }

  @Test
  void zeroCoefficientsLeaveTheGradientExactlyZero() {
    try (SameDiffNetwork network = network(false, DataType.FLOAT)) {
      network.forward(shared());
      network.backward(new float[6], null);
      assertThat(network.gradients().flat().toFloatVector()).containsOnly(0f);
    }
  }

  /** Also what keeps training honest: no stale copy anywhere, in neither graph. */
  @Test
  void parametersWrittenInPlaceReachForwardAndBackward() {
    try (SameDiffNetwork network = network(false, DataType.FLOAT)) {
      float[] coefficients = {1, -2, 0.5f, 3, -1, 2};
      network.forward(shared());
      network.backward(coefficients, null);
      Parameters parameters = network.parameters();
      for (String name : parameters.names()) {
        parameters.get(name).muli(0.5f);
      }
      network.parametersChanged();
      network.gradients().zero();
      Scores scores = network.forward(shared());
      network.backward(coefficients, null);
      try (SameDiffNetwork fresh =
          SameDiffNetwork.create(new TinyNetwork(false), parameters.copy())) {
        assertThat(scores.outputs()).containsExactly(fresh.forward(shared()).outputs());
        fresh.backward(coefficients, null);
        assertThat(network.gradients().flat().toFloatVector())
            .containsExactly(fresh.gradients().flat().toFloatVector());
      }
    }
  }

  @Test
  void differentiatingPrintsNothing() {
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try (SameDiffNetwork network = network(true, DataType.FLOAT)) {
      network.forward(shared());
      network.backward(new float[] {1, 1, 1, 1, 1, 1}, null);
    } finally {
      System.setOut(out);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void badBatchesAreRefusedInOneSentence() {
    try (SameDiffNetwork network = network(false, DataType.FLOAT)) {
      assertThatThrownBy(() -> network.backward(new float[1], null))
          .hasMessageContaining("run forward on a batch first");
      network.forward(shared());
      assertThatThrownBy(() -> network.backward(new float[2], null))
          .hasMessageContaining("coefficients [2] do not match the 6 labelled rows");
      assertThatThrownBy(() ->
              network.score(
                  new TokenBatch(
                      new int[] {11}, SequenceLayout.single(1), new int[] {0}, new int[] {0}, 1f)))
          .hasMessageContaining("id 11 is outside embed.weight, which has 11 rows");
    }
  }
}
