package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.engine.Scores;
import org.align4j.core.optim.AdamW;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A training run has one result, bit for bit, on every processor. The build runs this for vectors
 * of 16, 8 and 4 lanes and without vectors; the hashes are those of the first time it ran so. They
 * change with any order of summation and any elementary function: a run that goes on with another
 * version then goes on with other bits.
 */
@Tag("lanes")
@Tag("bits")
class SameTrainingTest {

  private static final int UPDATES = 3;
  private static final float TEMPERATURE = 0.8f;

  @ParameterizedTest
  @CsvSource({
    "LLAMA, 0a0a814260ea4cb893c498cbc08b8a69048ff366e931d2ee7930add4ea0abb23",
    "BIASED, d7eb7b031d38e2d918d1d7d81825c1854851f66b1cfb598afa143740cd9e7931",
    "WIDE, c37e5c9f583e06843251ba551c5eef548336aa4a314250091d982a494a2b6fdf",
    "HEAD_NORMS, 86ead81894873d26b92f8dfafc8917f0775fe05103ae0f884efce5f847ffc709",
    "GPT2, a6e31de0023b2a562a9c3422836d25c205a911abacc80dd8d76bc320c366db7f",
    "GEMMA, 0869c23907e9d79ec173dea5a85e04f63a523c6d1ded1321e540af1f008ae9d8",
    "CRITIC, dd6fc4a465224201643ca22253bfc8778b23d941db7227d970080ca75eba1161",
    "PARTLY_TURNED, 9e60347f2023fc11a73f6b202aba40aeff85123f330ddddf4164e1ee948880cd"
  })
  void aRunHasTheSameBitsOnEveryProcessorAndAnyNumberOfThreads(SmallNetwork shape, String hash) {
    for (int threads = 1; threads <= 2; threads++) {
      assertThat(run(shape, threads)).as("%s threads", threads).isEqualTo(hash);
    }
  }

  /** Hash of all samples, scores, norms, and of the parameters and moments at the end. */
  private static String run(SmallNetwork shape, int threads) {
    Resources resources = Resources.of(threads, Resources.USUAL_MEMORY);
    AdamWSettings settings =
        AdamWSettings.DEFAULT.withLearningRate(0.01).withWeightDecay(0.1).withMaxNorm(1);
    Hasher hasher = Hashing.sha256().newHasher();
    Random random = new Random(31);
    try (Parameters parameters = shape.randomParameters(32);
        PlanNetwork network = PlanNetwork.create(shape, parameters, PlanSettings.of(resources));
        AdamW optimiser = new AdamW(parameters, settings, List.of(), resources)) {
      for (int update = 0; update < UPDATES; update++) {
        List<Batches.Group> groups =
            shape.scalar()
                ? Batches.groups(random, shape.vocabulary(), 4, 60)
                : sampled(network, shape, random, hasher);
        TokenBatch batch = Batches.shared(groups, TEMPERATURE);
        Scores scores = network.forward(batch);
        put(hasher, scores.outputs());
        put(hasher, scores.entropy());
        float[] coefficients = Batches.coefficients(random, batch.rows().length);
        float[] ofEntropy =
            shape.scalar() ? null : Batches.coefficients(random, coefficients.length);
        network.gradients().zero();
        network.backward(coefficients, ofEntropy);
        UpdateReport report = optimiser.update(network.gradients());
        network.parametersChanged();
        assertThat(report.applied()).isTrue();
        hasher.putDouble(report.gradientNorm());
      }
      for (String name : parameters.names()) {
        put(hasher, parameters.get(name).data().asFloat());
      }
      put(hasher, optimiser.firstMoment().data().asFloat());
      put(hasher, optimiser.secondMoment().data().asFloat());
    }
    return hasher.hash().toString();
  }

  /** Three samples each of some prompts, with their log-probs. */
  private static List<Batches.Group> sampled(
      PlanNetwork network, SmallNetwork shape, Random random, Hasher hasher) {
    SamplingSettings settings = new SamplingSettings(TEMPERATURE, 0, 1);
    List<Batches.Group> groups = new ArrayList<>();
    try (Decoder decoder = network.decoder(3, SmallNetwork.POSITIONS)) {
      for (int g = 0; g < 3; g++) {
        int[] prompt = Batches.tokens(random, shape.vocabulary(), 1 + random.nextInt(45));
        int[] slots = decoder.start(prompt, 3, SmallNetwork.POSITIONS);
        int length = 2 + random.nextInt(40);
        List<int[]> samples = List.of(new int[length], new int[length], new int[length]);
        int[] tokens = new int[3];
        float[] logProbs = new float[3];
        for (int i = 0; i < length; i++) {
          if (i > 0) {
            decoder.append(slots, tokens);
          }
          decoder.sample(slots, settings, random.doubles(3).toArray(), tokens, logProbs);
          put(hasher, logProbs);
          for (int n = 0; n < 3; n++) {
            samples.get(n)[i] = tokens[n];
          }
        }
        for (int slot : slots) {
          decoder.retire(slot);
        }
        groups.add(new Batches.Group(prompt, samples));
      }
    }
    return groups;
  }

  private static void put(Hasher hasher, float[] values) {
    for (float value : values) {
      hasher.putFloat(value);
    }
  }
}
