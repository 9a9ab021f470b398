package org.align4j.core.tensor;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Statistics and shapes of masked arrays {@code [B,T]}, as ND4J ops. Masks have the data type of
 * the array and hold 0 and 1. Every result is a new array.
 */
public final class Masked {

  private Masked() {}

  /** Σ over elements where the mask is 1. */
  public static double sum(INDArray x, INDArray mask) {
    return x.mul(mask).sumNumber().doubleValue();
  }

  /** Number of ones. */
  public static double count(INDArray mask) {
    return mask.sumNumber().doubleValue();
  }

  /** Mean where the mask is 1; fails on an empty mask. */
  public static double mean(INDArray x, INDArray mask) {
    double count = count(mask);
    checkArgument(
        count > 0, "mask %s has no ones: there is no mean", Arrays.toString(mask.shape()));
    return sum(x, mask) / count;
  }

  /**
   * Variance where the mask is 1: {@code Σ m (x − mean)² / (n − ddof)}; fails where {@code n ≤
   * ddof}.
   */
  public static double variance(INDArray x, INDArray mask, int ddof) {
    double count = count(mask);
    checkArgument(
        count > ddof,
        "mask %s has %s ones: a variance with ddof %s needs at least %s",
        Arrays.toString(mask.shape()),
        count,
        ddof,
        ddof + 1);
    INDArray centred = x.sub(mean(x, mask));
    return sum(centred.muli(centred), mask) / (count - ddof);
  }

  /** A vector {@code [B]} as a column {@code [B,1]}, to be broadcast over {@code [B,T]}. */
  public static INDArray column(INDArray vector) {
    return vector.reshape(vector.length(), 1);
  }

  /** A vector {@code [B]} in every column of {@code [B,T]} where the mask is 1, else 0. */
  public static INDArray spread(INDArray vector, INDArray mask) {
    return mask.mul(column(vector));
  }

  /** 1 at the last one of each row, else 0; an empty row stays empty. */
  public static INDArray last(INDArray mask) {
    // FLOAT tells whole numbers apart up to 2^24 columns, narrower types do not.
    float[] places = new float[(int) mask.size(1)];
    for (int t = 0; t < places.length; t++) {
      places[t] = t + 1;
    }
    INDArray placed =
        mask.castTo(DataType.FLOAT).mul(Nd4j.createFromArray(places).reshape(1, places.length));
    INDArray last = placed.eq(column(placed.max(1)));
    return last.castTo(mask.dataType()).muli(mask);
  }

  /** Each element held within bounds; infinite bounds hold nothing. */
  public static INDArray clip(INDArray x, double low, double high) {
    INDArray clipped = x.dup();
    if (low > Double.NEGATIVE_INFINITY) {
      clipped = Transforms.max(clipped, low, false);
    }
    if (high < Double.POSITIVE_INFINITY) {
      clipped = Transforms.min(clipped, high, false);
    }
    return clipped;
  }

  /** 1 where {@code low ≤ x ≤ high}, else 0: the derivative of {@link #clip}. */
  public static INDArray inside(INDArray x, double low, double high) {
    return x.gte(low).castTo(x.dataType()).muli(x.lte(high).castTo(x.dataType()));
  }
}
