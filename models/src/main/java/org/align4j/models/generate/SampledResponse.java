package org.align4j.models.generate;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * One sampled response.
 *
 * @param prompt index of the prompt in the list that was given
 * @param sample index of the sample among those of its prompt
 * @param promptIds the prompt's ids
 * @param responseIds response ids, EOS included where it ended with one; at least one
 * @param logProbs log-probability of each response token under the tempered, untruncated
 *     distribution (temperature 1 where greedy)
 * @param finishReason why it ended
 */
public record SampledResponse(
    int prompt,
    int sample,
    int[] promptIds,
    int[] responseIds,
    float[] logProbs,
    FinishReason finishReason)
    implements Serializable {

  public SampledResponse {
    checkArgument(
        responseIds.length == logProbs.length,
        "responseIds [%s] do not match logProbs [%s]",
        responseIds.length,
        logProbs.length);
  }

  /** The same as one of another list's prompts. */
  public SampledResponse withPrompt(int index) {
    return new SampledResponse(index, sample, promptIds, responseIds, logProbs, finishReason);
  }
}
