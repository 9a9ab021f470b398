package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.engine.Scores;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A token's log-prob has one value, bit for bit, however it is computed. */
class SameBitsTest {

  private static final Resources ONE = Resources.of(1, Resources.USUAL_MEMORY);
  private static final Resources TWO = Resources.of(2, 2 * Resources.USUAL_MEMORY);

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void scoresDoNotDependOnPackingPrefixesPartsOrThreads(SmallNetwork shape) {
    try (Parameters parameters = shape.randomParameters(5);
        PlanNetwork one = PlanNetwork.create(shape, parameters, PlanSettings.of(ONE));
        PlanNetwork two = PlanNetwork.create(shape, parameters, settings());
        PlanNetwork parts = PlanNetwork.create(shape, parameters, settings().withScoreTokens(40))) {
      for (int seed = 0; seed < 4; seed++) {
        Random random = new Random(seed);
        List<Batches.Group> groups = Batches.groups(random, shape.vocabulary(), 4, 60);
        TokenBatch shared = Batches.shared(groups, 0.7f);
        Scores expected = one.score(Batches.separate(groups, 0.7f));
        assertSame(one.score(shared), expected);
        assertSame(two.score(shared), expected);
        assertSame(two.forward(shared), expected);
        assertSame(parts.score(shared), expected);
        List<Batches.Group> alike = Batches.alike(random, 8, 60);
        Scores separate = two.score(Batches.separate(alike, 0.7f));
        TokenBatch tree = Batches.tree(alike, 0.7f);
        assertThat(IntStream.of(tree.layout().prefix()).filter(s -> s >= 0).count())
            .isGreaterThan(4);
        assertSame(two.score(tree), separate);
        assertSame(two.forward(tree), separate);
        assertSame(parts.score(tree), separate);
        List<Batches.Group> last = groups.subList(3, 4);
        Scores alone = two.score(Batches.shared(last, 0.7f));
        int count = alone.outputs().length;
        for (int m = 0; m < count; m++) {
          assertThat(alone.outputs()[m])
              .isEqualTo(expected.outputs()[expected.outputs().length - count + m]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = SmallNetwork.class, names = "CRITIC", mode = Mode.EXCLUDE)
  void aSampledTokenHasTheLogProbThatItIsScoredWith(SmallNetwork shape) {
    SamplingSettings sampling = new SamplingSettings(0.7f, 0, 1);
    try (Parameters parameters = shape.randomParameters(6);
        PlanNetwork network = PlanNetwork.create(shape, parameters, settings());
        Decoder decoder = network.decoder(5, 64)) {
      Random random = new Random(11);
      List<Sequence> running = new ArrayList<>();
      List<Sequence> done = new ArrayList<>();
      for (int started = 0; started < 6 || !running.isEmpty(); ) {
        // A new group joins as soon as there is room: every sequence sees changing company.
        while (started < 6 && decoder.freeSlots() >= 2) {
          int[] prompt = Batches.tokens(random, shape.vocabulary(), 1 + random.nextInt(40));
          for (int slot : decoder.start(prompt, 2, SmallNetwork.POSITIONS)) {
            running.add(new Sequence(slot, prompt, 1 + random.nextInt(20)));
          }
          started++;
        }
        int[] slots = running.stream().mapToInt(s -> s.slot).toArray();
        double[] uniforms = random.doubles(slots.length).toArray();
        int[] tokens = new int[slots.length];
        float[] logProbs = new float[slots.length];
        decoder.sample(slots, sampling, uniforms, tokens, logProbs);
        List<Sequence> going = new ArrayList<>();
        for (int i = 0; i < slots.length; i++) {
          Sequence sequence = running.get(i);
          sequence.tokens.add(tokens[i]);
          sequence.logProbs.add(logProbs[i]);
          if (sequence.tokens.size() == sequence.wanted) {
            decoder.retire(sequence.slot);
            done.add(sequence);
          } else {
            going.add(sequence);
          }
        }
        running = going;
        decoder.append(
            running.stream().mapToInt(s -> s.slot).toArray(),
            running.stream().mapToInt(s -> s.tokens.get(s.tokens.size() - 1)).toArray());
      }
      for (Sequence sequence : done) {
        int[] sample = sequence.tokens.stream().mapToInt(Integer::intValue).toArray();
        Batches.Group group = new Batches.Group(sequence.prompt, List.of(sample));
        Scores scores = network.score(Batches.shared(List.of(group), 0.7f));
        for (int i = 0; i < sample.length; i++) {
          assertThat(sequence.logProbs.get(i)).as("token %s", i).isEqualTo(scores.outputs()[i]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void gradientsDoNotDependOnTheNumberOfThreads(SmallNetwork shape) {
    try (Parameters parameters = shape.randomParameters(8);
        PlanNetwork one = PlanNetwork.create(shape, parameters, PlanSettings.of(ONE));
        PlanNetwork two = PlanNetwork.create(shape, parameters, settings())) {
      for (int seed = 0; seed < 3; seed++) {
        Random random = new Random(seed);
        TokenBatch batch = Batches.shared(Batches.groups(random, shape.vocabulary(), 5, 60), 1f);
        float[] coefficients = Batches.coefficients(random, batch.rows().length);
        one.forward(batch);
        one.backward(coefficients, null);
        two.forward(batch);
        two.backward(coefficients, null);
        assertThat(two.gradients().flat().toFloatVector())
            .isEqualTo(one.gradients().flat().toFloatVector());
      }
    }
  }

  /**
   * Sums over rows go on from where the last pass left them. Not so where passes have more than the
   * order of rows in common: sequences that begin alike are computed once in each pass, and a tied
   * table takes the head's share of a pass before that of its tokens.
   */
  @ParameterizedTest
  @EnumSource(
      value = SmallNetwork.class,
      names = {"BIASED", "CRITIC"})
  void gradientsDoNotDependOnThePassesOfSequencesThatShareNothing(SmallNetwork shape) {
    try (Parameters parameters = shape.randomParameters(9);
        PlanNetwork network = PlanNetwork.create(shape, parameters, settings())) {
      for (int seed = 0; seed < 3; seed++) {
        Random random = new Random(seed);
        List<Batches.Group> groups = Batches.groups(random, shape.vocabulary(), 6, 60);
        TokenBatch whole = Batches.separate(groups, 1f);
        float[] coefficients = Batches.coefficients(random, whole.rows().length);
        network.gradients().zero();
        network.forward(whole);
        network.backward(coefficients, null);
        float[] expected = network.gradients().flat().toFloatVector();
        for (int size : new int[] {1, 4}) {
          network.gradients().zero();
          int done = 0;
          for (List<Batches.Group> some : Lists.partition(groups, size)) {
            TokenBatch pass = Batches.separate(some, 1f);
            network.forward(pass);
            int count = pass.rows().length;
            network.backward(Arrays.copyOfRange(coefficients, done, done + count), null);
            done += count;
          }
          assertThat(network.gradients().flat().toFloatVector()).isEqualTo(expected);
        }
      }
    }
  }

  static PlanSettings settings() {
    return PlanSettings.of(TWO);
  }

  private static void assertSame(Scores scores, Scores expected) {
    assertThat(scores.outputs()).isEqualTo(expected.outputs());
    assertThat(scores.entropy()).isEqualTo(expected.entropy());
  }

  private static final class Sequence {
    private final int slot;
    private final int[] prompt;
    private final int wanted;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Float> logProbs = new ArrayList<>();

    Sequence(int slot, int[] prompt, int wanted) {
      this.slot = slot;
      this.prompt = prompt;
      this.wanted = wanted;
    }
  }
}
