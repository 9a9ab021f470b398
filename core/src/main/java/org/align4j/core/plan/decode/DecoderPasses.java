package org.align4j.core.plan.decode;

import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.plan.run.CacheWrites;
import org.align4j.core.plan.run.KeyValueCaches;

/**
 * What an engine computes for a {@link CachedDecoder}: passes over tokens whose attentions keep
 * keys and values, and the distributions behind the last hidden states.
 */
public interface DecoderPasses extends AutoCloseable {

  /** Prompts wait until they have so many tokens to compute. */
  int promptTokens();

  /** The caches of all attentions. */
  KeyValueCaches caches();

  /** Filled before each pass: which of its rows the cache of this window keeps where. */
  CacheWrites writes(int window);

  /** Runs packed prompts. */
  void prompts(int[] tokens, SequenceLayout layout);

  /** Runs one more token of each of some sequences. */
  void steps(DecoderSteps steps);

  /**
   * Row {@code rows[i]} of the last pass's hidden states is now the last state of slot {@code
   * slots[i]}; several slots may have the same.
   */
  void keep(int[] rows, int[] slots, int count);

  /** Forgets a slot's state. */
  void discard(int slot);

  /** Computes the logits of all states that are newer than theirs. */
  void computeLogits();

  /** Draws for each slot; see {@link org.align4j.core.engine.Decoder#sample}. */
  void draw(
      int[] slots, SamplingSettings settings, double[] uniforms, int[] tokens, float[] logProbs);

  /** Raw logits of a slot, a copy. */
  float[] logits(int slot);

  @Override
  void close();
}
