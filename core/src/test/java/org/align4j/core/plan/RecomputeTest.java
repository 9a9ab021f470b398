package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Scores;
import org.align4j.core.graph.Graph;
import org.align4j.core.graph.PlanOps;
import org.align4j.core.plan.layout.Backward;
import org.align4j.core.plan.op.Plan;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Activations made again in the backward pass are those that were not kept. */
class RecomputeTest {

  private static final PlanSettings KEEP = PlanSettings.defaults();
  private static final PlanSettings RECOMPUTE = PlanSettings.of(Resources.shared().withRecompute());

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void gradientsHaveTheSameBits(SmallNetwork shape) {
    assertThat(gradients(shape, RECOMPUTE, 0)).isEqualTo(gradients(shape, KEEP, 0));
  }

  /** Rows without a coefficient are dropped between the passes. */
  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void theyHaveThemAfterRowsAreDropped(SmallNetwork shape) {
    assertThat(gradients(shape, RECOMPUTE, 10)).isEqualTo(gradients(shape, KEEP, 10));
  }

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void aTokenTakesLessMemory(SmallNetwork shape) {
    Graph graph = PlanOps.record(shape);

    assertThat(Plan.bytesPerToken(graph, p -> true, Backward.RECOMPUTE))
        .isLessThan(Plan.bytesPerToken(graph, p -> true, Backward.KEEP));
  }

  private static float[] gradients(SmallNetwork shape, PlanSettings settings, int dropped) {
    Random random = new Random(11);
    TokenBatch batch = Batches.shared(Batches.groups(random, shape.vocabulary(), 3, 24), 0.8f);
    float[] coefficients = Batches.coefficients(random, batch.rows().length);
    for (int m = 0; m < dropped; m++) {
      coefficients[m] = 0;
    }
    try (Parameters parameters = shape.randomParameters(3);
        PlanNetwork network = PlanNetwork.create(shape, parameters, settings)) {
      Scores scores = network.forward(batch);
      assertThat(scores.outputs()).isEqualTo(network.score(batch).outputs());
      network.backward(coefficients, shape.scalar() ? null : coefficients);
      return network.gradients().flat().data().asFloat();
    }
  }
}
