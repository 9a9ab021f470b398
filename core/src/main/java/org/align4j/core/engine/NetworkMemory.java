package org.align4j.core.engine;

/**
 * What a network takes in memory, in bytes, beside frozen weights, which networks share.
 *
 * @param weights of what it trains, in all forms that it keeps
 * @param gradients of what it trains
 * @param moments of an AdamW over what it trains
 * @param activations of its largest passes, with logits; an upper bound
 * @param cache keys and values of the sequences that are decoded at once
 */
public record NetworkMemory(
    long weights, long gradients, long moments, long activations, long cache) {

  /** Nothing. */
  public static final NetworkMemory NONE = new NetworkMemory(0, 0, 0, 0, 0);

  /**
   * The largest passes of a network.
   *
   * @param sequence tokens of the longest sequence, which is never split
   * @param batch tokens of a micro-batch, where memory allows so many; 0 where nothing is learnt
   * @param slots sequences that are decoded at once; 0 where nothing is
   */
  public record Passes(int sequence, int batch, int slots) {}

  /** What a network takes, by its passes. */
  @FunctionalInterface
  public interface Estimate {
    /** With passes as large as these. */
    NetworkMemory of(Passes passes);
  }

  /** All of it. */
  public long total() {
    return weights + gradients + moments + activations + cache;
  }
}
