package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Denominators of a mini-batch. A loss divides by these and not by what it sees, so the losses and
 * gradients of the micro-batches add up to those of the mini-batch exactly.
 *
 * @param sequences rows B
 * @param filledSequences rows with at least one response token
 * @param tokens response tokens
 * @param columns columns T of the padded mini-batch
 * @param rightTokens response tokens of samples that are right
 */
public record BatchTotals(
    double sequences, double filledSequences, double tokens, long columns, double rightTokens) {

  /** Checks that there is something to divide by. */
  public BatchTotals {
    checkArgument(sequences >= 1, "sequences is %s: it must be at least 1", sequences);
    checkArgument(tokens >= 1, "mask has %s response tokens: a batch needs at least one", tokens);
    checkArgument(columns >= 1, "columns is %s: it must be at least 1", columns);
  }

  /** Counts a mask {@code [B,T]}. */
  public static BatchTotals of(INDArray mask) {
    checkArgument(mask.rank() == 2, "mask is %s: it must be [B,T]", Arrays.toString(mask.shape()));
    INDArray lengths = mask.sum(1);
    return new BatchTotals(
        mask.size(0),
        lengths.gt(0).castTo(mask.dataType()).sumNumber().doubleValue(),
        lengths.sumNumber().doubleValue(),
        mask.size(1),
        0);
  }

  /** With the tokens of right samples counted. */
  public BatchTotals withRightTokens(double value) {
    return new BatchTotals(sequences, filledSequences, tokens, columns, value);
  }
}
