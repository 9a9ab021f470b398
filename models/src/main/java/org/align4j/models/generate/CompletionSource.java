package org.align4j.models.generate;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * Where completions come from: a network of this process, or other machines. A sequence's number is
 * the key of its random numbers, so who draws it, and beside which others, never shows.
 */
public interface CompletionSource {

  /** Tokens a sequence may have, prompt and response together. */
  int maxPositions();

  /**
   * Samples each prompt several times.
   *
   * @param prompts ids of each, at least one
   * @param samples completions of each prompt, above 0
   * @param firstSequence number of the first sequence, the key of its random numbers: sample s of
   *     prompt p is sequence {@code firstSequence + p · samples + s}
   * @return the samples of the first prompt, then those of the second, and so on
   */
  ImmutableList<SampledResponse> generate(
      List<int[]> prompts,
      int samples,
      GenerationSettings settings,
      long seed,
      long firstSequence,
      GenerationListener listener);

  /** One completion of each prompt, greedy where the settings say so. */
  default ImmutableList<SampledResponse> generate(
      List<int[]> prompts, GenerationSettings settings, long seed) {
    return generate(prompts, 1, settings, seed, 0, GenerationListener.NONE);
  }
}
