package org.align4j.core.engine;

/**
 * Step-by-step decoding with a key-value cache. A slot holds one sequence; the samples of one
 * prompt share the prompt's cache, and may share more as long as they agree. Finished sequences are
 * retired and their slots used again (continuous batching). Results of a slot do not depend on the
 * others.
 */
public interface Decoder extends AutoCloseable {

  /** Number of slots not in use. */
  int freeSlots();

  /**
   * Computes the prompt once and starts {@code samples} sequences on it.
   *
   * @param maxNewTokens most tokens that will be appended to each, up to the decoder's longest
   *     sequence; more are refused
   * @return the slots, {@code [samples]}
   */
  int[] start(int[] prompt, int samples, int maxNewTokens);

  /**
   * Draws the next token of each slot from its pending distribution. Nothing is appended yet.
   *
   * @param uniforms {@code [slots]} in [0,1); ignored when greedy
   * @param tokens {@code [slots]}, written: the drawn tokens
   * @param logProbs {@code [slots]}, written: log-probability of each drawn token under the
   *     tempered, untruncated distribution: the bits that {@link Network#score} answers
   */
  void sample(
      int[] slots, SamplingSettings settings, double[] uniforms, int[] tokens, float[] logProbs);

  /** Appends one token to each slot and computes the distributions that follow. */
  void append(int[] slots, int[] tokens);

  /** Raw next-token logits {@code [V]} of a slot, before the temperature. */
  float[] logits(int slot);

  /** Frees a slot. */
  void retire(int slot);

  @Override
  void close();
}
