package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The critic's loss: {@code ½ max((V−R)², (clip(V, V_old ± c) − R)²)}. Schulman's baselines;
 * OpenRLHF {@code models/loss.py}, ValueLoss.
 *
 * @param clip c above 0, or ∞ for the plain square; 0.2 in the paper's code, 0.5 at OpenRLHF's head
 * @param aggregation from tokens to one number
 * @param constantLength as in {@link PolicyLossSettings}
 */
public record ValueLoss(double clip, Aggregation aggregation, long constantLength) {

  /** Checks the clip range. */
  public ValueLoss {
    checkArgument(clip > 0, "clip is %s: it must be above 0", clip);
    checkArgument(
        constantLength >= 0,
        "constantLength is %s: it must be at least 1, or 0 for the columns of the batch",
        constantLength);
  }

  /**
   * Loss, gradient by the values, and {@code value_clip_fraction}.
   *
   * @param values {@code [B,T]} of the critic being trained
   * @param oldValues {@code [B,T]} at rollout time
   * @param returns {@code [B,T]}
   * @param mask response mask {@code [B,T]}
   * @param totals of the mini-batch
   */
  public LossResult evaluate(
      INDArray values, INDArray oldValues, INDArray returns, INDArray mask, BatchTotals totals) {
    same("values", values, mask);
    same("oldValues", oldValues, mask);
    same("returns", returns, mask);
    INDArray weights = AggregationWeights.of(mask, aggregation, constantLength, false, totals);
    INDArray error = values.sub(returns);
    INDArray squares = error.mul(error);
    INDArray moved = values.sub(oldValues);
    INDArray heldError = Masked.clip(moved, -clip, clip).addi(oldValues).subi(returns);
    INDArray heldSquares = heldError.mul(heldError);
    // Where the clip holds and its square is the larger, the loss does not depend on the value.
    // Inside the range the two squares differ by rounding alone, which must not stop the gradient.
    INDArray clipped =
        heldSquares
            .gt(squares)
            .castTo(values.dataType())
            .muli(Masked.inside(moved, -clip, clip).rsubi(1));
    INDArray larger = squares.add(heldSquares.sub(squares).muli(clipped));
    return new LossResult(
        Masked.sum(larger, weights) / 2,
        error.mul(clipped.rsub(1)).muli(weights),
        null,
        ImmutableMap.of("value_clip_fraction", Masked.sum(clipped, mask) / totals.tokens()));
  }

  private static void same(String field, INDArray array, INDArray mask) {
    checkArgument(
        Arrays.equals(array.shape(), mask.shape()),
        "%s %s does not match mask %s: pass the mask of the same rollout",
        field,
        Arrays.toString(array.shape()),
        Arrays.toString(mask.shape()));
  }
}
