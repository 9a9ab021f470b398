package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.plan.run.SubBatch;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What may not change a gradient: sharing, splitting, leaving out, reusing. */
class PlanBackwardTest {

  /** The order of the sums differs, nothing else: 1e-5 of the largest element. */
  private static final double ROUNDING = 1e-5;

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void aSharedPrefixCollectsTheGradientsOfSeparateSequences(SmallNetwork shape) {
    Random random = new Random(1);
    List<Batches.Group> groups = Batches.groups(random, shape.vocabulary(), 4, 50);
    TokenBatch shared = Batches.shared(groups, 1f);
    float[] coefficients = Batches.coefficients(random, shared.rows().length);
    try (Parameters parameters = shape.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      float[] expected = gradient(network, Batches.separate(groups, 1f), coefficients);
      assertClose(gradient(network, shared, coefficients), expected);
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void aTreeCollectsTheGradientsOfSeparateSequencesWholeAndInParts(SmallNetwork shape) {
    Random random = new Random(3);
    List<Batches.Group> groups = Batches.alike(random, 8, 50);
    TokenBatch tree = Batches.tree(groups, 1f);
    float[] coefficients = Batches.coefficients(random, tree.rows().length);
    // A row without coefficients, here and there a whole sequence
    for (int m = 0; m < coefficients.length; m++) {
      coefficients[m] = m / 7 % 3 == 0 ? 0 : coefficients[m];
    }
    try (Parameters parameters = shape.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      float[] expected = gradient(network, Batches.separate(groups, 1f), coefficients);
      assertClose(gradient(network, tree, coefficients), expected);
      assertClose(gradientInParts(network, tree, coefficients), expected);
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void partsAddUpToTheWholeBatch(SmallNetwork shape) {
    Random random = new Random(2);
    TokenBatch batch = Batches.shared(Batches.groups(random, shape.vocabulary(), 6, 50), 1f);
    float[] coefficients = Batches.coefficients(random, batch.rows().length);
    try (Parameters parameters = shape.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      assertClose(
          gradientInParts(network, batch, coefficients), gradient(network, batch, coefficients));
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void scoringBetweenForwardAndBackwardChangesNothing(SmallNetwork shape) {
    TokenBatch other = Batches.shared(Batches.groups(new Random(6), shape.vocabulary(), 5, 50), 1f);
    assertNothingChanges(shape, network -> network.score(other));
  }

  /** A decoder takes the memory of the logits that were kept: they are made again, the same. */
  @ParameterizedTest
  @EnumSource(value = SmallNetwork.class, names = "CRITIC", mode = Mode.EXCLUDE)
  void decodingBetweenForwardAndBackwardChangesNothing(SmallNetwork shape) {
    assertNothingChanges(
        shape,
        network -> {
          try (Decoder decoder = network.decoder(1, 8)) {
            decoder.logits(decoder.start(new int[] {1, 2}, 1, 0)[0]);
          }
        });
  }

  private static void assertNothingChanges(SmallNetwork shape, Consumer<PlanNetwork> between) {
    Random random = new Random(5);
    TokenBatch batch = Batches.shared(Batches.groups(random, shape.vocabulary(), 4, 50), 0.8f);
    float[] coefficients = Batches.coefficients(random, batch.rows().length);
    for (int m = 3; m < coefficients.length; m += 4) {
      coefficients[m] = 0;
    }
    try (Parameters parameters = shape.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      float[] expected = gradient(network, batch, coefficients);
      network.gradients().zero();
      network.forward(batch);
      between.accept(network);
      network.backward(coefficients, null);
      assertThat(network.gradients().flat().data().asFloat()).isEqualTo(expected);
      assertThat(gradient(network, batch, coefficients)).isEqualTo(expected);
    }
  }

  /** Bit for bit: the rows left out are not in the sums at all. */
  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void sequencesWithoutCoefficientsAreLeftOut(SmallNetwork shape) {
    Random random = new Random(3);
    List<Batches.Group> groups = Batches.groups(random, shape.vocabulary(), 5, 40);
    TokenBatch all = Batches.shared(groups, 1f);
    List<Batches.Group> kept =
        List.of(
            new Batches.Group(groups.get(1).prompt(), groups.get(1).samples().subList(0, 1)),
            groups.get(4));
    TokenBatch few = Batches.shared(kept, 1f);
    float[] fewCoefficients = Batches.coefficients(random, few.rows().length);
    float[] coefficients = new float[all.rows().length];
    int at = 0;
    int next = 0;
    for (int g = 0; g < groups.size(); g++) {
      for (int i = 0; i < groups.get(g).samples().size(); i++) {
        int length = groups.get(g).samples().get(i).length;
        if (g == 4 || (g == 1 && i == 0)) {
          System.arraycopy(fewCoefficients, next, coefficients, at, length);
          next += length;
        }
        at += length;
      }
    }
    try (Parameters parameters = shape.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      assertThat(gradient(network, all, coefficients))
          .isEqualTo(gradient(network, few, fewCoefficients));
    }
  }

  /** More rows than a block of the head, some of the first one left out. */
  @Test
  void moreRowsThanTheHeadTakesAtOnceLoseNone() {
    Random random = new Random(8);
    List<Batches.Group> groups = Batches.groups(random, SmallNetwork.LLAMA.vocabulary(), 40, 90);
    TokenBatch batch = Batches.shared(groups, 1f);
    assertThat(batch.rows()).hasSizeGreaterThan(1100);
    float[] coefficients = Batches.coefficients(random, batch.rows().length);
    for (int m = 0; m < 60; m += 3) {
      coefficients[m] = 0;
    }
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(SmallNetwork.LLAMA, parameters)) {
      float[] kept = gradient(network, batch, coefficients);
      network.gradients().zero();
      network.forward(batch);
      try (Decoder decoder = network.decoder(1, 8)) {
        assertThat(decoder.freeSlots()).isEqualTo(1);
      }
      network.backward(coefficients, null);
      assertThat(network.gradients().flat().toFloatVector()).isEqualTo(kept);
      assertClose(kept, gradient(network, Batches.separate(groups, 1f), coefficients));
    }
  }

  /** Of the logits that were kept only those of the rows with coefficients are used. */
  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void aRowLeftOutIsNotInTheSums(SmallNetwork shape) {
    Random random = new Random(6);
    TokenBatch batch = Batches.shared(Batches.groups(random, shape.vocabulary(), 4, 50), 0.9f);
    int labelled = batch.rows().length;
    float[] coefficients = Batches.coefficients(random, labelled);
    int left = labelled / 2;
    coefficients[left] = 0;
    TokenBatch without =
        new TokenBatch(
            batch.tokens(),
            batch.layout(),
            without(batch.rows(), left),
            without(batch.labels(), left),
            batch.temperature());
    float[] rest = new float[labelled - 1];
    System.arraycopy(coefficients, 0, rest, 0, left);
    System.arraycopy(coefficients, left + 1, rest, left, rest.length - left);
    try (Parameters parameters = shape.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      assertThat(gradient(network, batch, coefficients))
          .isEqualTo(gradient(network, without, rest));
    }
  }

  private static int[] without(int[] values, int left) {
    return IntStream.range(0, values.length).filter(m -> m != left).map(m -> values[m]).toArray();
  }

  @Test
  void aClosedNetworkHasNoBackwardPass() {
    TokenBatch batch = batch(4);
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(2)) {
      PlanNetwork network = PlanNetwork.create(SmallNetwork.LLAMA, parameters);
      network.forward(batch);
      network.close();
      assertThatThrownBy(() -> network.backward(new float[batch.rows().length], null))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the network is closed");
    }
  }

  @Test
  void allZeroCoefficientsCostNothingAndAddNothing() {
    TokenBatch batch = batch(4);
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(SmallNetwork.LLAMA, parameters)) {
      float[] gradient = gradient(network, batch, new float[batch.rows().length]);
      assertThat(gradient).containsOnly(0f);
    }
  }

  @Test
  void anEmptyBatchHasNoScoresAndNoGradient() {
    TokenBatch empty =
        new TokenBatch(
            new int[0], new SequenceLayout(new int[1], new int[0]), new int[0], new int[0], 1f);
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(SmallNetwork.LLAMA, parameters)) {
      assertThat(network.score(empty).outputs()).isEmpty();
      assertThat(gradient(network, empty, new float[0])).containsOnly(0f);
    }
  }

  @Test
  void aSmallerBatchAfterALargerOneLeavesNoTrace() {
    TokenBatch large = batch(5);
    TokenBatch small = batch(6);
    float[] coefficients = new float[small.rows().length];
    Arrays.fill(coefficients, 1f);
    float[] others = new float[large.rows().length];
    Arrays.fill(others, 1f);
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(2);
        PlanNetwork used = PlanNetwork.create(SmallNetwork.LLAMA, parameters);
        PlanNetwork fresh = PlanNetwork.create(SmallNetwork.LLAMA, parameters)) {
      gradient(used, large, others);
      assertThat(gradient(used, small, coefficients))
          .isEqualTo(gradient(fresh, small, coefficients));
    }
  }

  @Test
  void aScoreBetweenForwardAndBackwardChangesNothing() {
    TokenBatch batch = batch(7);
    float[] coefficients = new float[batch.rows().length];
    Arrays.fill(coefficients, 0.5f);
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(SmallNetwork.LLAMA, parameters)) {
      float[] expected = gradient(network, batch, coefficients);
      network.gradients().zero();
      network.forward(batch);
      network.score(batch(8));
      network.backward(coefficients, null);
      assertThat(network.gradients().flat().toFloatVector()).isEqualTo(expected);
    }
  }

  @Test
  void changedParametersAreSeenByTheNextScore() {
    TokenBatch batch = batch(9);
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(SmallNetwork.LLAMA, parameters);
        Parameters other = SmallNetwork.LLAMA.randomParameters(4);
        PlanNetwork fresh = PlanNetwork.create(SmallNetwork.LLAMA, other)) {
      network.score(batch);
      parameters.assign(other);
      network.parametersChanged();
      assertThat(network.score(batch).outputs()).isEqualTo(fresh.score(batch).outputs());
    }
  }

  @Test
  void badInputIsRefusedWithBothSides() {
    SequenceLayout three = SequenceLayout.single(3);
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(2);
        PlanNetwork network = PlanNetwork.create(SmallNetwork.LLAMA, parameters)) {
      assertThatThrownBy(() ->
              network.score(
                  new TokenBatch(new int[] {1, 64, 2}, three, new int[] {0}, new int[] {1}, 1f)))
          .hasMessageContaining("token 1 is 64: the vocabulary has 64 ids");
      assertThatThrownBy(() ->
              network.score(
                  new TokenBatch(new int[] {1, 2, 3}, three, new int[] {0}, new int[] {-1}, 1f)))
          .hasMessageContaining("label 0 is -1");
      int[] many = new int[SmallNetwork.POSITIONS + 1];
      SequenceLayout tooLong = SequenceLayout.single(many.length);
      assertThatThrownBy(
              () -> network.score(new TokenBatch(many, tooLong, new int[] {0}, new int[] {0}, 1f)))
          .hasMessageContaining("this network takes sequences of 96 tokens");
      assertThatThrownBy(() -> network.backward(new float[1], null))
          .hasMessageContaining("backward without forward");
      network.forward(new TokenBatch(new int[] {1, 2, 3}, three, new int[] {0}, new int[] {1}, 1f));
      network.parametersChanged();
      assertThatThrownBy(() -> network.backward(new float[1], null))
          .hasMessageContaining("none once the parameters have changed");
    }
  }

  private static TokenBatch batch(int seed) {
    return Batches.shared(
        Batches.groups(new Random(seed), SmallNetwork.LLAMA.vocabulary(), 12 - seed, 40), 1f);
  }

  /** The same in micro-batches of 30 tokens, whose gradients add up. */
  private static float[] gradientInParts(
      PlanNetwork network, TokenBatch batch, float[] coefficients) {
    network.gradients().zero();
    for (SubBatch part : SubBatch.split(batch, 30)) {
      int rows = network.forward(part.batch()).outputs().length;
      float[] own = new float[rows];
      for (int m = 0; m < rows; m++) {
        own[m] = coefficients[part.output(m)];
      }
      network.backward(own, null);
    }
    return network.gradients().flat().toFloatVector();
  }

  private static float[] gradient(PlanNetwork network, TokenBatch batch, float[] coefficients) {
    network.gradients().zero();
    network.forward(batch);
    network.backward(coefficients, null);
    INDArray flat = network.gradients().flat();
    return flat.toFloatVector();
  }

  private static void assertClose(float[] values, float[] expected) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < values.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(values[i] - expected[i]));
    }
    assertThat(difference).isLessThanOrEqualTo(ROUNDING * largest);
  }
}
