package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Scores;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.runtime.Resources;
import org.align4j.core.samediff.SameDiffNetwork;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The plan against the stock SameDiff graph of the same definition. */
class EnginesAgreeTest {

  /** Two float32 evaluations of the same formulas in different orders. */
  private static final double TOLERANCE = 1e-4;

  static Stream<Arguments> cases() {
    return Stream.of(SmallNetwork.values())
        .flatMap(shape ->
            Stream.of(new ScalarKernels(), Resources.shared().kernels())
                .map(kernels -> Arguments.of(shape, kernels)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsEntropiesAndEveryGradientAreThoseOfSameDiff(SmallNetwork shape, Kernels kernels) {
    Random random = new Random(21);
    List<Batches.Group> groups = new ArrayList<>(Batches.alike(random, 4, 40));
    groups.addAll(Batches.groups(random, shape.vocabulary(), 2, 70));
    TokenBatch batch = Batches.tree(groups, 0.9f);
    float[] coefficients = Batches.coefficients(random, batch.rows().length);
    float[] ofEntropy = shape.scalar() ? null : Batches.coefficients(random, coefficients.length);
    try (Parameters parameters = shape.randomParameters(22);
        Network plan =
            PlanNetwork.create(shape, parameters, PlanSettings.defaults().withKernels(kernels));
        Network graph = SameDiffNetwork.create(shape, parameters)) {
      Scores ours = plan.forward(batch);
      Scores theirs = graph.forward(batch);
      assertClose("outputs", ours.outputs(), theirs.outputs());
      assertClose("entropy", ours.entropy(), theirs.entropy());
      plan.backward(coefficients, ofEntropy);
      graph.backward(coefficients, ofEntropy);
      for (String name : parameters.names()) {
        assertClose(
            name,
            plan.gradients().get(name).data().asFloat(),
            graph.gradients().get(name).data().asFloat());
      }
    }
  }

  /** The head's formula over the hidden states, with parts of 64 tokens. */
  @Test
  void hiddenStatesAreWhatTheHeadReads() {
    Random random = new Random(23);
    SmallNetwork shape = SmallNetwork.CRITIC;
    TokenBatch batch = Batches.tree(Batches.groups(random, shape.vocabulary(), 4, 70), 1f);
    try (Parameters parameters = shape.randomParameters(24);
        Network plan =
            PlanNetwork.create(shape, parameters, PlanSettings.defaults().withScoreTokens(64));
        Network graph = SameDiffNetwork.create(shape, parameters)) {
      float[] weight = parameters.get("value").data().asFloat();
      for (Network network : List.of(plan, graph)) {
        float[][] hidden = network.hidden(batch);
        float[] values = new float[hidden.length];
        for (int m = 0; m < values.length; m++) {
          values[m] = parameters.get("value.bias").getFloat(0);
          for (int c = 0; c < weight.length; c++) {
            values[m] += weight[c] * hidden[m][c];
          }
        }
        assertClose("values", values, network.score(batch).outputs());
      }
    }
  }

  private static void assertClose(String what, float[] values, float[] expected) {
    assertThat(values).as(what).hasSameSizeAs(expected);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < values.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs((double) values[i] - expected[i]));
    }
    assertThat(difference).as(what).isLessThanOrEqualTo(TOLERANCE * largest);
  }
}
