package org.align4j.algorithms.reward.shaping;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Soft penalty of overlong responses: 0 up to {@code maxLength − buffer} tokens, then falling
 * linearly to {@code −factor} at {@code maxLength} and no further: {@code −min(over, buffer)/buffer
 * · factor}. Yu et al. 2025 (DAPO), eq. 13; OpenRLHF {@code length_penalty.py}. verl does not cap
 * it.
 *
 * @param maxLength tokens at which the penalty is full
 * @param buffer tokens over which it grows
 * @param factor the full penalty; 1 in DAPO
 */
public record LengthPenalty(int maxLength, int buffer, double factor) {

  /** Checks every field. */
  public LengthPenalty {
    checkArgument(maxLength > 0, "maxLength is %s: it must be at least 1", maxLength);
    checkArgument(
        buffer > 0 && buffer <= maxLength,
        "buffer is %s: it must be in [1, maxLength (%s)]",
        buffer,
        maxLength);
    checkArgument(factor >= 0, "factor is %s: it must be at least 0", factor);
  }

  /** What to add to the score of responses of these lengths, {@code [B] -> [B]}, at most 0. */
  public INDArray penalty(INDArray lengths) {
    INDArray over = Masked.clip(lengths.sub(maxLength - buffer), 0, buffer);
    return over.muli(-factor / buffer);
  }
}
