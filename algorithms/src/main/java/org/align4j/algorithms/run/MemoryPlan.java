package org.align4j.algorithms.run;

import java.util.Locale;
import org.align4j.core.runtime.Resources;
import org.align4j.models.transformer.TransformerConfig;

/**
 * What a run will keep in memory, in bytes. Weights, gradients and moments are exact; the cache is
 * that of full responses; activations are the budget of {@code --memory}, which is a bound.
 *
 * @param trained weights (twice: as stored and as the kernels read them), gradient and two moments
 *     of each network that learns
 * @param frozen weights, likewise twice, of each network that does not
 * @param cache keys and values of the sequences decoded at once
 * @param working activations and logits
 */
public record MemoryPlan(long trained, long frozen, long cache, long working) {

  private static final int TRAINED_COPIES = 5;
  private static final int FROZEN_COPIES = 2;

  /**
   * The plan of networks of one shape.
   *
   * @param parameters of one network
   * @param learning networks that learn
   * @param still networks that do not
   * @param sequences decoded at once
   * @param length of a sequence, prompt and response, in tokens
   */
  public static MemoryPlan of(
      TransformerConfig config,
      long parameters,
      int learning,
      int still,
      long sequences,
      long length) {
    long bytes = parameters * Float.BYTES;
    long perToken = 2L * config.layers() * config.keyValueHeads() * config.headDim() * Float.BYTES;
    return new MemoryPlan(
        TRAINED_COPIES * bytes * learning,
        FROZEN_COPIES * bytes * still,
        sequences * Math.min(length, config.maxPositions()) * perToken,
        Resources.shared().memory());
  }

  /** All of it. */
  public long total() {
    return trained + frozen + cache + working;
  }

  /** The plan in one sentence. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "memory: %.2f GB at most: %.2f weights, gradients and moments of what learns, %.2f frozen"
            + " weights, %.2f key-value cache, %.2f activations (--memory); and the heap",
        gigabytes(total()),
        gigabytes(trained),
        gigabytes(frozen),
        gigabytes(cache),
        gigabytes(working));
  }

  private static double gigabytes(long bytes) {
    return bytes / 1e9;
  }
}
