package org.align4j.cuda.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Scores;
import org.align4j.core.plan.Batches;
import org.align4j.core.plan.Batches.Group;
import org.align4j.core.plan.PlanNetwork;
import org.align4j.core.plan.SmallNetwork;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks against those of the plan engine, bit for bit: the kernels have the same operations in
 * the same order, and so must the engine.
 */
class CudaBitsTest {

  @ParameterizedTest
  @EnumSource
  void scoresAreThoseOfThePlan(SmallNetwork shape) {
    TokenBatch batch = Batches.shared(groups(shape, 1), 0.7f);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(1);
        Network plan = PlanNetwork.create(shape, parameters);
        Network network = cuda.create(shape, parameters)) {
      Scores expected = plan.score(batch);
      Scores scores = network.score(batch);
      assertThat(scores.outputs()).isEqualTo(expected.outputs());
      assertThat(scores.entropy()).isEqualTo(expected.entropy());
    }
  }

  @ParameterizedTest
  @EnumSource
  void hiddenStatesAreThoseOfThePlan(SmallNetwork shape) {
    TokenBatch batch = Batches.tree(groups(shape, 2), 1f);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(2);
        Network plan = PlanNetwork.create(shape, parameters);
        Network network = cuda.create(shape, parameters)) {
      assertThat(network.hidden(batch)).isDeepEqualTo(plan.hidden(batch));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aForwardPassHasTheBitsOfAScoreInAnyBatchOrder(SmallNetwork shape) {
    List<Group> groups = groups(shape, 3);
    TokenBatch whole = Batches.shared(groups, 0.9f);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(3);
        Network network = cuda.create(shape, parameters)) {
      float[] scored = network.score(whole).outputs();
      assertThat(network.forward(whole).outputs()).as("trained").isEqualTo(scored);
      assertThat(network.score(Batches.separate(groups, 0.9f)).outputs())
          .as("without sharing")
          .isEqualTo(scored);
      assertThat(network.score(Batches.tree(groups, 0.9f)).outputs())
          .as("sharing everything")
          .isEqualTo(scored);
      int at = 0;
      for (Group group : groups) {
        float[] alone = network.score(Batches.shared(List.of(group), 0.9f)).outputs();
        for (float value : alone) {
          assertThat(value).as("alone").isEqualTo(scored[at++]);
        }
      }
      List<Group> reversed = new ArrayList<>(groups);
      Collections.reverse(reversed);
      float[] lastFirst = network.score(Batches.shared(reversed, 0.9f)).outputs();
      int last = Batches.shared(groups.subList(groups.size() - 1, groups.size()), 1f).rows().length;
      for (int m = 0; m < last; m++) {
        assertThat(lastFirst[m]).as("first").isEqualTo(scored[scored.length - last + m]);
      }
    }
  }

  static Stream<Arguments> backwardPasses() {
    return Stream.of(SmallNetwork.values())
        .flatMap(shape -> Stream.of(false, true).map(again -> Arguments.of(shape, again)));
  }

  @ParameterizedTest
  @MethodSource("backwardPasses")
  void gradientsAreThoseOfThePlan(SmallNetwork shape, boolean recompute) {
    TokenBatch batch = Batches.shared(groups(shape, 4), 0.7f);
    int count = batch.rows().length;
    Resources shared = Resources.shared();
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(4);
        Network plan = PlanNetwork.create(shape, parameters);
        Network network =
            cuda.create(shape, parameters, recompute ? shared.withRecompute() : shared)) {
      Random random = new Random(5);
      for (int step = 0; step < 3; step++) {
        float[] outputs = Batches.coefficients(random, count);
        // Sequences without a coefficient are left out, more each time; gradients add up.
        for (int m = 0; m < count * step / 3; m++) {
          outputs[m] = 0;
        }
        float[] entropies = shape.scalar() || step == 1 ? null : outputs.clone();
        plan.forward(batch);
        plan.backward(outputs, entropies);
        network.forward(batch);
        network.backward(outputs, entropies);
        assertThat(network.gradients().flat().toFloatVector())
            .as("step %s", step)
            .isEqualTo(plan.gradients().flat().toFloatVector());
      }
    }
  }

  @Test
  void aVocabularyOfMoreSlicesThanAreComputedAtOnceHasTheBitsOfThePlan() {
    TokenBatch batch =
        Batches.shared(Batches.groups(new Random(6), ManyIds.VOCABULARY, 2, 12), 0.7f);
    float[] outputs = Batches.coefficients(new Random(7), batch.rows().length);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = ManyIds.random(8);
        Network plan = PlanNetwork.create(new ManyIds(), parameters);
        Network network = cuda.create(new ManyIds(), parameters)) {
      assertThat(network.forward(batch).outputs()).isEqualTo(plan.forward(batch).outputs());
      plan.backward(outputs, null);
      network.backward(outputs, null);
      assertThat(network.gradients().flat().toFloatVector())
          .isEqualTo(plan.gradients().flat().toFloatVector());
    }
  }

  @Test
  void aHeadOfManyBlocksOfRowsHasTheBitsOfThePlan() {
    SmallNetwork shape = SmallNetwork.HEAD_NORMS;
    Random random = new Random(6);
    TokenBatch batch = Batches.separate(Batches.groups(random, shape.vocabulary(), 60, 80), 1f);
    float[] coefficients = Batches.coefficients(random, batch.rows().length);
    assertThat(coefficients.length).isGreaterThan(1024);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(6);
        Network plan = PlanNetwork.create(shape, parameters);
        Network network = cuda.create(shape, parameters)) {
      assertThat(network.forward(batch).outputs()).isEqualTo(plan.forward(batch).outputs());
      plan.backward(coefficients, coefficients);
      network.backward(coefficients, coefficients);
      assertThat(network.gradients().flat().toFloatVector())
          .isEqualTo(plan.gradients().flat().toFloatVector());
    }
  }

  /** The products of tensor cores have other bits, but the same ones in every batch. */
  @ParameterizedTest
  @EnumSource
  void withinAPrecisionATokenHasTheSameBitsInEveryBatch(Precision precision) {
    SmallNetwork shape = SmallNetwork.WIDE;
    List<Group> groups = groups(shape, 7);
    TokenBatch whole = Batches.shared(groups, 1f);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(7);
        Network plan = PlanNetwork.create(shape, parameters);
        Network network = cuda.create(shape, parameters, Resources.shared().with(precision))) {
      float[] scored = network.score(whole).outputs();
      assertThat(network.forward(whole).outputs()).isEqualTo(scored);
      assertThat(network.score(Batches.separate(groups, 1f)).outputs()).isEqualTo(scored);
      float[] alone = network.score(Batches.shared(groups.subList(0, 1), 1f)).outputs();
      for (int m = 0; m < alone.length; m++) {
        assertThat(alone[m]).isEqualTo(scored[m]);
      }
      // Factors of 8 bits: log-probs of about 10 by logits of sums of 48 products of norm 1.
      float[] expected = plan.score(whole).outputs();
      for (int m = 0; m < expected.length; m++) {
        assertThat(scored[m]).isCloseTo(expected[m], offset(0.2f));
      }
    }
  }

  private static List<Group> groups(SmallNetwork shape, int seed) {
    return Batches.groups(new Random(seed), shape.vocabulary(), 3, 24);
  }
}
