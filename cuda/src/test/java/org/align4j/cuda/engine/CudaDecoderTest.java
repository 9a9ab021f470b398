package org.align4j.cuda.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.engine.TokenSampler;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.plan.Batches;
import org.align4j.core.plan.PlanNetwork;
import org.align4j.core.plan.SmallNetwork;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Decoding on the emulated driver: caches, graphs and draws. */
class CudaDecoderTest {

  private static final SmallNetwork SHAPE = SmallNetwork.LLAMA;

  /** Prompts, samples that part, slots used again, caches that grow: the plan's bits throughout. */
  @ParameterizedTest
  @EnumSource(value = SmallNetwork.class, names = "CRITIC", mode = Mode.EXCLUDE)
  void logitsAreThoseOfThePlansDecoder(SmallNetwork shape) {
    Random random = new Random(4);
    int limit = 96;
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(1);
        Network network = cuda.create(shape, parameters);
        PlanNetwork plan = PlanNetwork.create(shape, parameters);
        Decoder ours = network.decoder(9, limit);
        Decoder theirs = plan.decoder(9, limit)) {
      int[] lengths = new int[9];
      for (int round = 0; round < 60; round++) {
        if (ours.freeSlots() >= 3 && random.nextInt(3) == 0) {
          int[] prompt = random.ints(25 + random.nextInt(20), 1, 2).toArray();
          prompt[prompt.length - 1] = random.nextInt(3);
          int samples = 1 + random.nextInt(3);
          int[] slots = ours.start(prompt, samples, 40);
          assertThat(theirs.start(prompt, samples, 40)).isEqualTo(slots);
          for (int slot : slots) {
            lengths[slot] = prompt.length;
          }
        }
        int[] some =
            IntStream.range(0, 9)
                .filter(slot -> lengths[slot] > 0 && lengths[slot] < 65)
                .filter(slot -> random.nextInt(4) > 0)
                .toArray();
        int[] tokens = random.ints(some.length, 0, 2).toArray();
        ours.append(some, tokens);
        theirs.append(some, tokens);
        for (int slot : some) {
          lengths[slot]++;
          if (random.nextInt(6) == 0) {
            assertThat(ours.logits(slot)).isEqualTo(theirs.logits(slot));
          }
          if (random.nextInt(25) == 0) {
            ours.retire(slot);
            theirs.retire(slot);
            lengths[slot] = 0;
          }
        }
      }
    }
  }

  /** What a window has left behind makes room: rows are moved to the front of their run. */
  @Test
  void aCacheOfAWindowIsUsedAgainAndAgain() {
    SmallNetwork shape = SmallNetwork.GEMMA;
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(1);
        Network network = cuda.create(shape, parameters);
        PlanNetwork plan = PlanNetwork.create(shape, parameters);
        Decoder ours = network.decoder(2, 300);
        Decoder theirs = plan.decoder(2, 300)) {
      int[] prompt = Batches.tokens(new Random(2), shape.vocabulary(), 50);
      int[] slots = ours.start(prompt, 2, 240);
      theirs.start(prompt, 2, 240);
      for (int step = 0; step < 240; step++) {
        int[] tokens = {step % 7, step % 11};
        ours.append(slots, tokens);
        theirs.append(slots, tokens);
        if (step % 20 == 19) {
          assertThat(ours.logits(slots[1])).isEqualTo(theirs.logits(slots[1]));
        }
      }
    }
  }

  /** Within each precision a token has one log-prob, for any company. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void aSampledTokenHasTheLogProbThatItIsScoredAndTrainedWith(Precision precision) {
    SamplingSettings sampling = new SamplingSettings(0.7f, 0, 1);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(6);
        Network network = cuda.create(SHAPE, parameters, Resources.shared().with(precision));
        Decoder decoder = network.decoder(11, 64)) {
      Random random = new Random(11);
      for (int round = 0; round < 2; round++) {
        List<Batches.Group> groups = new ArrayList<>();
        List<Float> sampled = new ArrayList<>();
        for (int group = 0; group < 3; group++) {
          int[] prompt = Batches.tokens(random, SHAPE.vocabulary(), 1 + random.nextInt(40));
          int[] slots = decoder.start(prompt, 3, 8);
          int[][] responses = new int[3][8];
          float[][] logProbs = new float[3][8];
          for (int step = 0; step < 8; step++) {
            int[] tokens = new int[3];
            float[] drawn = new float[3];
            double[] uniforms = random.doubles(3).toArray();
            decoder.sample(slots, sampling, uniforms, tokens, drawn);
            decoder.append(slots, tokens);
            for (int i = 0; i < 3; i++) {
              responses[i][step] = tokens[i];
              logProbs[i][step] = drawn[i];
            }
          }
          groups.add(new Batches.Group(prompt, Arrays.asList(responses)));
          for (float[] row : logProbs) {
            for (float value : row) {
              sampled.add(value);
            }
          }
          Arrays.stream(slots).forEach(decoder::retire);
        }
        TokenBatch batch = Batches.shared(groups, 0.7f);
        assertThat(network.score(batch).outputs()).containsExactly(array(sampled));
        assertThat(network.forward(batch).outputs()).containsExactly(array(sampled));
      }
    }
  }

  private static float[] array(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  /** Each way to sample against the sampler that sorts everything. */
  @Test
  void tokensAreDrawnAsTheDefinitionSays() {
    SamplingSettings[] ways = {
      SamplingSettings.DEFAULT,
      SamplingSettings.GREEDY,
      new SamplingSettings(0.6f, 0, 1),
      new SamplingSettings(1.3f, 5, 1),
      new SamplingSettings(0.9f, 0, 0.7f),
      new SamplingSettings(1, 12, 0.5f)
    };
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters);
        Decoder decoder = network.decoder(4, 40)) {
      TokenSampler reference = new TokenSampler(SHAPE.vocabulary());
      Random random = new Random(3);
      // Slot 0 is free again: what is drawn from begins behind it.
      int[] first = decoder.start(new int[] {1}, 1, 4);
      int[] slots = decoder.start(new int[] {3, 1, 4}, 3, 30);
      decoder.retire(first[0]);
      for (int step = 0; step < 12; step++) {
        SamplingSettings way = ways[step % ways.length];
        double[] uniforms = random.doubles(3).toArray();
        int[] tokens = new int[3];
        float[] logProbs = new float[3];
        decoder.sample(slots, way, uniforms, tokens, logProbs);
        for (int i = 0; i < 3; i++) {
          TokenSampler.Draw draw = reference.draw(decoder.logits(slots[i]), way, uniforms[i]);
          assertThat(tokens[i]).as("%s", way).isEqualTo(draw.token());
          // A float of a double sum against one by slices: an ulp of a number around 4.
          assertThat(logProbs[i]).isCloseTo(draw.logProb(), within(1e-6f));
        }
        decoder.append(slots, random.ints(3, 0, SHAPE.vocabulary()).toArray());
      }
    }
  }

  /** Sixteen sequences make one class of sizes: recorded once, however often it is run. */
  @Test
  void aStepIsOneLaunchOfARecordedGraph() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters);
        Decoder decoder = network.decoder(16, 60)) {
      int[] slots = new int[16];
      for (int i = 0; i < 16; i++) {
        slots[i] = decoder.start(new int[] {i + 1, 2}, 1, 40)[0];
      }
      for (int step = 0; step < 3; step++) {
        decoder.append(slots, IntStream.range(step, step + 16).toArray());
      }
      int launches = cuda.device().launches().values().stream().mapToInt(n -> n).sum();
      int allocations = cuda.device().allocations();
      decoder.append(slots, IntStream.range(7, 23).toArray());
      assertThat(cuda.device().launches().values().stream().mapToInt(n -> n).sum() - launches)
          .as("the states are moved to their slots")
          .isEqualTo(1);
      assertThat(cuda.device().allocations()).isEqualTo(allocations);
      for (int step = 0; step < 10; step++) {
        decoder.append(slots, IntStream.range(step, step + 16).toArray());
      }
      assertThat(cuda.driver().count("captures")).isEqualTo(1);
      assertThat(cuda.driver().count("graphs")).isEqualTo(13);
    }
  }

  @Test
  void aStepCopiesTokensPlacesAndDraws() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters);
        Decoder decoder = network.decoder(8, 60)) {
      int[] slots = decoder.start(new int[] {1, 2}, 8, 40);
      int[] tokens = new int[8];
      float[] logProbs = new float[8];
      double[] uniforms = new Random(1).doubles(8).toArray();
      for (int step = 0; step < 4; step++) {
        cuda.device().takeReadBytes();
        cuda.device().takeWrittenBytes();
        decoder.sample(slots, SamplingSettings.DEFAULT, uniforms, tokens, logProbs);
        decoder.append(slots, tokens);
      }
      // Token, log-prob and log-sum-exp of each.
      assertThat(cuda.device().takeReadBytes()).isEqualTo(3 * 4 * 8);
      // A uniform; token, position, five places in the cache, two of states and three of logits.
      assertThat(cuda.device().takeWrittenBytes()).isLessThanOrEqualTo((8 + 12 * 4) * 8);
    }
  }

  /** An update between two steps moves no buffer: recorded passes read the new weights. */
  @Test
  void stepsAfterAnUpdateReadTheNewWeights() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters);
        Optimiser optimiser = network.optimiser(AdamWSettings.DEFAULT, List.of());
        Decoder decoder = network.decoder(4, 60)) {
      decode(decoder, 5);
      TokenBatch batch =
          Batches.shared(Batches.groups(new Random(1), SHAPE.vocabulary(), 2, 20), 1f);
      network.backward(network.forward(batch).outputs(), null);
      optimiser.update(1e-2);
      float[] after = decode(decoder, 5);
      try (Decoder fresh = network.decoder(4, 60)) {
        assertThat(after).isEqualTo(decode(fresh, 5));
      }
    }
  }

  private static float[] decode(Decoder decoder, int steps) {
    int[] slots = decoder.start(new int[] {5, 6, 7}, 3, 40);
    for (int step = 0; step < steps; step++) {
      decoder.append(slots, new int[] {step, step + 1, step + 2});
    }
    float[] logits = decoder.logits(slots[2]);
    Arrays.stream(slots).forEach(decoder::retire);
    return logits;
  }

  @Test
  void aDecoderGivesItsMemoryBack() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters)) {
      long before = cuda.device().liveBytes();
      Decoder decoder = network.decoder(4, 60);
      decode(decoder, 5);
      decoder.close();
      decoder.close();
      assertThat(cuda.device().liveBytes()).isEqualTo(before);
    }
  }

  @Test
  void damagedWeightsAreSaidInsteadOfSampled() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1)) {
      parameters.get("norm").putScalar(0, Float.NaN);
      try (Network network = cuda.create(SHAPE, parameters);
          Decoder decoder = network.decoder(1, 40)) {
        int[] slots = decoder.start(new int[] {3, 1, 4}, 1, 10);
        assertThatThrownBy(() ->
                decoder.sample(
                    slots, SamplingSettings.DEFAULT, new double[] {0.5}, new int[1], new float[1]))
            .isInstanceOf(NotFiniteException.class);
      }
    }
  }
}
