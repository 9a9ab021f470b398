package org.align4j.spark;

import com.google.common.collect.ImmutableList;
import java.io.Serializable;
import java.util.List;
import org.align4j.algorithms.train.experience.TrainingBatch;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.models.generate.FinishReason;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.generate.SampledResponse;
import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;

/** What travels between driver and executors: the library's records in a form that Java writes. */
final class Wire {

  private Wire() {}

  /** Prompts and responses as ids. */
  record Sequences(int[][] prompts, int[][] responses) implements Serializable {

    static Sequences of(List<TokenSequence> sequences) {
      return new Sequences(
          sequences.stream().map(TokenSequence::prompt).toArray(int[][]::new),
          sequences.stream().map(TokenSequence::response).toArray(int[][]::new));
    }

    ImmutableList<TokenSequence> open() {
      ImmutableList.Builder<TokenSequence> sequences = ImmutableList.builder();
      for (int i = 0; i < prompts.length; i++) {
        sequences.add(new TokenSequence(prompts[i], responses[i]));
      }
      return sequences.build();
    }
  }

  /** A {@link TrainingBatch} with the groups of its rows. */
  record Batch(
      Sequences sequences,
      float[][] mask,
      float[][] oldLogProbs,
      float @Nullable [][] rolloutLogProbs,
      float[][] refLogProbs,
      float[][] advantages,
      float[][] returns,
      float @Nullable [][] oldValues,
      boolean[] right,
      int[] groups)
      implements Serializable {

    static Batch of(TrainingBatch batch, int[] groups) {
      return new Batch(
          Sequences.of(batch.sequences()),
          batch.mask(),
          batch.oldLogProbs(),
          batch.rolloutLogProbs(),
          batch.refLogProbs(),
          batch.advantages(),
          batch.returns(),
          batch.oldValues(),
          batch.right(),
          groups);
    }

    TrainingBatch open() {
      return new TrainingBatch(
          sequences.open(),
          mask,
          oldLogProbs,
          rolloutLogProbs,
          refLogProbs,
          advantages,
          returns,
          oldValues,
          right);
    }
  }

  /** {@link GenerationSettings}. */
  record Generation(int maxNewTokens, float temperature, int topK, float topP, String[] stops)
      implements Serializable {

    static Generation of(GenerationSettings settings) {
      SamplingSettings sampling = settings.sampling();
      return new Generation(
          settings.maxNewTokens(),
          sampling.temperature(),
          sampling.topK(),
          sampling.topP(),
          settings.stopStrings().toArray(String[]::new));
    }

    GenerationSettings open() {
      return new GenerationSettings(
          maxNewTokens, new SamplingSettings(temperature, topK, topP), ImmutableList.copyOf(stops));
    }
  }

  /** A {@link SampledResponse} without its prompt's ids. */
  record Response(int prompt, int sample, int[] ids, float[] logProbs, FinishReason reason)
      implements Serializable {

    static Response of(SampledResponse response, int firstPrompt) {
      return new Response(
          firstPrompt + response.prompt(),
          response.sample(),
          response.responseIds(),
          response.logProbs(),
          response.finishReason());
    }

    SampledResponse open(int[] promptIds) {
      return new SampledResponse(prompt, sample, promptIds, ids, logProbs, reason);
    }
  }

  /**
   * What an executor answered.
   *
   * @param executor its number
   * @param value null where it failed
   * @param failure a sentence, where trying again would not help; else empty
   * @param seconds that the work took
   */
  record Answer<T extends Serializable>(
      String executor, @Nullable T value, String failure, double seconds) implements Serializable {}
}
