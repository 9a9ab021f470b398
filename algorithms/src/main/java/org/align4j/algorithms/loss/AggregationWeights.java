package org.align4j.algorithms.loss;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What each token counts in the scalar loss: every aggregation is a weighted sum with weights that
 * depend on the mask and the totals of the mini-batch alone.
 */
final class AggregationWeights {

  private AggregationWeights() {}

  /**
   * Weights {@code [B,T]}, 0 where masked.
   *
   * @param length L of the aggregations that divide by one, or 0 for the columns of the mini-batch
   * @param countsEmptyRows whether a mean over rows counts rows without a response token
   */
  static INDArray of(
      INDArray mask,
      Aggregation aggregation,
      long length,
      boolean countsEmptyRows,
      BatchTotals totals) {
    double rows = countsEmptyRows ? totals.sequences() : totals.filledSequences();
    double columns = length > 0 ? length : totals.columns();
    return switch (aggregation) {
      case TOKEN_MEAN -> mask.div(totals.tokens());
      case SEQ_MEAN_TOKEN_MEAN ->
          mask.div(Masked.column(PolicyLossInputs.lengths(mask))).divi(rows);
      case SEQ_MEAN_TOKEN_SUM -> mask.div(rows);
      case SEQ_MEAN_TOKEN_SUM_NORM -> mask.div(rows * columns);
      case TOKEN_SUM_OVER_LENGTH -> mask.div(columns);
      case SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH -> mask.div(totals.sequences() * columns);
    };
  }
}
