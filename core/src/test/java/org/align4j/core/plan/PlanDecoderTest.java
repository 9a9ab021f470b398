package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.align4j.core.batch.PrefixTree;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.samediff.SameDiffNetwork;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;

/** Slots, greedy decoding and refusals; bits are the subject of {@link SameBitsTest}. */
class PlanDecoderTest {

  private static final SmallNetwork SHAPE = SmallNetwork.GPT2;

  @Test
  void logitsAreThoseOfTheSameDiffDecoder() {
    try (Parameters parameters = SHAPE.randomParameters(1);
        PlanNetwork plan = PlanNetwork.create(SHAPE, parameters);
        SameDiffNetwork graph = SameDiffNetwork.create(SHAPE, parameters);
        Decoder ours = plan.decoder(3, 40);
        Decoder theirs = graph.decoder(3, 40)) {
      int[] prompt = Batches.tokens(new Random(2), SHAPE.vocabulary(), 17);
      int[] slots = ours.start(prompt, 2, SmallNetwork.POSITIONS);
      int[] others = theirs.start(prompt, 2, SmallNetwork.POSITIONS);
      for (int step = 0; step < 4; step++) {
        for (int i = 0; i < 2; i++) {
          // Two float32 evaluations of logits around 1.
          assertThat(ours.logits(slots[i]))
              .usingComparatorWithPrecision(1e-4f)
              .containsExactly(theirs.logits(others[i]));
        }
        int[] tokens = {step, step + 7};
        ours.append(slots, tokens);
        theirs.append(others, tokens);
      }
    }
  }

  @Test
  void greedyTakesTheLargestLogitWithItsLogProbAtTemperatureOne() {
    try (Parameters parameters = SHAPE.randomParameters(1);
        PlanNetwork plan = PlanNetwork.create(SHAPE, parameters);
        Decoder decoder = plan.decoder(1, 40)) {
      int[] slots = decoder.start(new int[] {3, 1, 4}, 1, SmallNetwork.POSITIONS);
      float[] logits = decoder.logits(slots[0]);
      int[] tokens = new int[1];
      float[] logProbs = new float[1];
      decoder.sample(slots, SamplingSettings.GREEDY, new double[0], tokens, logProbs);
      double sum = 0;
      for (float logit : logits) {
        assertThat(logit).isLessThanOrEqualTo(logits[tokens[0]]);
        sum += Math.exp(logit);
      }
      assertThat(logProbs[0]).isCloseTo((float) (logits[tokens[0]] - Math.log(sum)), within(1e-5f));
    }
  }

  @Test
  void retiredSlotsAreUsedAgainAndThePromptIsFreedWithItsLastSample() {
    try (Parameters parameters = SHAPE.randomParameters(1);
        PlanNetwork plan = PlanNetwork.create(SHAPE, parameters);
        Decoder decoder = plan.decoder(4, 32)) {
      float[] expected = null;
      for (int round = 0; round < 20; round++) {
        int[] first = decoder.start(new int[] {5, 6, 7}, 3, SmallNetwork.POSITIONS);
        assertThat(decoder.freeSlots()).isEqualTo(1);
        decoder.retire(first[0]);
        int[] second = decoder.start(new int[] {8, 9}, 2, SmallNetwork.POSITIONS);
        decoder.append(new int[] {first[2], second[1]}, new int[] {1, 2});
        float[] logits = decoder.logits(first[2]);
        if (expected == null) {
          expected = logits;
        }
        assertThat(logits).isEqualTo(expected);
        for (int slot : new int[] {first[1], first[2], second[0], second[1]}) {
          decoder.retire(slot);
        }
        assertThat(decoder.freeSlots()).isEqualTo(4);
      }
    }
  }

  @Test
  void runsOfSeveralBlocksAreReusedAndMoreRowsLeaveTheOthersUndisturbed() {
    int[] brief = {5, 6, 7};
    try (Parameters parameters = SHAPE.randomParameters(1);
        PlanNetwork plan = PlanNetwork.create(SHAPE, parameters);
        Decoder decoder = plan.decoder(4, 80)) {
      // Room for 352 rows: the prompt, and four runs of a gap and three tokens, in whole blocks.
      int[] first = decoder.start(brief, 4, 3);
      for (int i = 1; i < 4; i++) {
        decoder.retire(first[i]);
      }
      decoder.append(new int[] {first[0]}, new int[] {9});
      for (int round = 0; round < 3; round++) {
        // Three groups need 384 rows.
        int[] slots = new int[3];
        for (int i = 0; i < 3; i++) {
          slots[i] = decoder.start(longPrompt(round + i), 1, 47)[0];
        }
        for (int t = 0; t < 47; t++) {
          decoder.append(slots, new int[] {t, t + 1, t + 2});
        }
        for (int i = 0; i < 3; i++) {
          float[] alone = logitsAlone(plan, longPrompt(round + i), i, 47);
          assertThat(decoder.logits(slots[i])).isEqualTo(alone);
          decoder.retire(slots[i]);
        }
      }
      decoder.append(new int[] {first[0]}, new int[] {10});
      assertThat(decoder.logits(first[0])).isEqualTo(logitsAlone(plan, brief, 9, 2));
    }
  }

  /** Samples that say the same share their rows: whatever each does next, none sees another. */
  @Test
  void samplesThatAgreeAndPartAreThoseDecodedAlone() {
    Random random = new Random(4);
    try (Parameters parameters = SHAPE.randomParameters(1);
        PlanNetwork plan = PlanNetwork.create(SHAPE, parameters);
        Decoder decoder = plan.decoder(9, 80)) {
      // Of each slot, none while it is free
      List<List<Integer>> sequences =
          Stream.generate(() -> (List<Integer>) new ArrayList<Integer>()).limit(9).toList();
      for (int round = 0; round < 120; round++) {
        if (decoder.freeSlots() >= 4 && random.nextInt(3) == 0) {
          // Prompts of equal and of different lengths that begin alike
          int[] prompt = random.ints(29 + random.nextInt(6), 1, 2).toArray();
          prompt[prompt.length - 1] = random.nextInt(3);
          for (int slot : decoder.start(prompt, 1 + random.nextInt(4), 40)) {
            sequences.get(slot).addAll(Ints.asList(prompt));
          }
        }
        int[] some =
            IntStream.range(0, 9)
                .filter(slot -> !sequences.get(slot).isEmpty() && sequences.get(slot).size() < 69)
                .filter(slot -> random.nextInt(4) > 0)
                .toArray();
        int[] tokens = random.ints(some.length, 0, 8).map(t -> Math.min(t, 2) + 7).toArray();
        decoder.append(some, tokens);
        for (int i = 0; i < some.length; i++) {
          sequences.get(some[i]).add(tokens[i]);
        }
        for (int slot = 0; slot < 9; slot++) {
          List<Integer> ids = sequences.get(slot);
          if (!ids.isEmpty() && random.nextInt(5) == 0) {
            assertThat(decoder.logits(slot)).isEqualTo(logitsOf(plan, Ints.toArray(ids)));
          }
          if (!ids.isEmpty() && random.nextInt(30) == 0) {
            decoder.retire(slot);
            ids.clear();
          }
        }
      }
    }
  }

  /** A window's cache holds its last tokens only and moves along; samples part on the way. */
  @Test
  void aWindowThatMovesAlongHasTheBitsOfScoring() {
    SmallNetwork shape = SmallNetwork.GEMMA;
    Random random = new Random(5);
    int[] prompt = Batches.tokens(random, shape.vocabulary(), 50);
    int last = SmallNetwork.WINDOWED_POSITIONS;
    try (Parameters parameters = shape.randomParameters(1);
        PlanNetwork plan = PlanNetwork.create(shape, parameters);
        Decoder decoder = plan.decoder(3, last)) {
      int[] slots = decoder.start(prompt, 3, last);
      int[][] ids = new int[3][];
      float[][] sampled = new float[3][last - prompt.length];
      Arrays.setAll(ids, s -> Arrays.copyOf(prompt, last));
      for (int at = prompt.length; at < last; at++) {
        // All three agree at first.
        double first = random.nextDouble();
        boolean agree = at < 70;
        double[] uniforms = {first, agree ? first : random.nextDouble(), first};
        int[] tokens = new int[3];
        float[] logProbs = new float[3];
        decoder.sample(slots, new SamplingSettings(1, 0, 1), uniforms, tokens, logProbs);
        for (int s = 0; s < 3; s++) {
          ids[s][at] = tokens[s];
          sampled[s][at - prompt.length] = logProbs[s];
        }
        if (at + 1 < last) {
          decoder.append(slots, tokens);
        }
      }
      for (int s = 0; s < 3; s++) {
        assertThat(scored(plan, ids[s], prompt.length)).isEqualTo(sampled[s]);
      }
    }
  }

  /** Log-probs from a position on. */
  private static float[] scored(PlanNetwork plan, int[] ids, int from) {
    PrefixTree tree = new PrefixTree(List.of(Arrays.copyOf(ids, ids.length - 1)));
    int[] rows = IntStream.range(from - 1, ids.length - 1).toArray();
    int[] labels = Arrays.copyOfRange(ids, from, ids.length);
    return plan.score(new TokenBatch(tree.tokens(), tree.layout(), rows, labels, 1)).outputs();
  }

  private static float[] logitsOf(PlanNetwork plan, int[] ids) {
    try (Decoder decoder = plan.decoder(1, 80)) {
      return decoder.logits(decoder.start(ids, 1, 0)[0]);
    }
  }

  private static int[] longPrompt(int seed) {
    return Batches.tokens(new Random(seed), SHAPE.vocabulary(), 33);
  }

  /** After the tokens {@code from, from + 1 ...}. */
  private static float[] logitsAlone(PlanNetwork plan, int[] prompt, int from, int count) {
    try (Decoder decoder = plan.decoder(1, 80)) {
      int[] slot = decoder.start(prompt, 1, count);
      for (int t = from; t < from + count; t++) {
        decoder.append(slot, new int[] {t});
      }
      return decoder.logits(slot[0]);
    }
  }

  @Test
  void refusesWhatDoesNotFitWithBothSides() {
    try (Parameters parameters = SHAPE.randomParameters(1);
        PlanNetwork plan = PlanNetwork.create(SHAPE, parameters);
        Decoder decoder = plan.decoder(2, 4)) {
      assertThatThrownBy(() -> decoder.start(new int[] {1}, 3, SmallNetwork.POSITIONS))
          .hasMessageContaining("3 samples do not fit into the 2 free slots");
      assertThatThrownBy(() -> decoder.start(new int[5], 1, SmallNetwork.POSITIONS))
          .hasMessageContaining("the prompt has 5 tokens: it must have 1 to 4");
      int[] slots = decoder.start(new int[] {1, 2, 3, 4}, 1, SmallNetwork.POSITIONS);
      assertThatThrownBy(() -> decoder.append(slots, new int[] {1}))
          .hasMessageContaining("holds 4 tokens already");
      decoder.retire(slots[0]);
      int[] brief = decoder.start(new int[] {1}, 1, 0);
      assertThatThrownBy(() -> decoder.append(brief, new int[] {1}))
          .hasMessageContaining("holds 1 tokens already: it was started for that many");
      decoder.retire(brief[0]);
      assertThatThrownBy(() -> decoder.append(slots, new int[] {1}))
          .hasMessageContaining("is not in use");
      assertThatThrownBy(() -> plan.decoder(1, SmallNetwork.POSITIONS + 1))
          .hasMessageContaining("this network takes sequences of 1 to 96 tokens");
    }
  }

  /** A weight becomes NaN between two tokens, as when training diverges. */
  @Test
  void logitsThatAreNotFiniteAreRefusedAtTheToken() {
    for (var settings :
        List.of(
            SamplingSettings.DEFAULT, SamplingSettings.GREEDY, new SamplingSettings(1, 5, 0.9f))) {
      for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        try (Parameters parameters = SHAPE.randomParameters(1);
            PlanNetwork plan = PlanNetwork.create(SHAPE, parameters);
            Decoder decoder = plan.decoder(2, 40)) {
          int[] slots = decoder.start(new int[] {3, 1, 4}, 2, SmallNetwork.POSITIONS);
          int[] tokens = new int[2];
          decoder.sample(slots, settings, new double[2], tokens, new float[2]);
          for (String name : parameters.names()) {
            parameters.get(name).putScalar(0, value);
          }
          plan.parametersChanged();
          decoder.append(slots, tokens);
          assertThatThrownBy(
                  () -> decoder.sample(slots, settings, new double[2], tokens, new float[2]))
              .isInstanceOf(NotFiniteException.class)
              .hasMessageContaining("the model's logits are not finite");
        }
      }
    }
  }
}
