package org.align4j.algorithms.advantage;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The single rewards that make up the scores of a batch.
 *
 * @param scores of each reward {@code [K,B]}
 * @param weights of the rewards, {@code K} of them
 */
public record RewardParts(INDArray scores, ImmutableDoubleArray weights) {

  /** Checks that there is a weight for each reward. */
  public RewardParts {
    checkArgument(
        scores.rank() == 2 && scores.size(0) == weights.length(),
        "scores of rewards %s do not match %s weights: they must be [K,B] with one weight for each"
            + " reward",
        Arrays.toString(scores.shape()),
        weights.length());
  }
}
