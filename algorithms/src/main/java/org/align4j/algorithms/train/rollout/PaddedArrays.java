package org.align4j.algorithms.train.rollout;

import java.util.List;
import org.align4j.models.policy.TokenSequence;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Between rows of floats and ND4J arrays {@code [B,T]} of FLOAT. */
public final class PaddedArrays {

  private PaddedArrays() {}

  /** An array of rows, all as long as the longest: the rest is 0. */
  public static INDArray of(float[][] rows, int columns) {
    float[] flat = new float[rows.length * columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * columns, Math.min(columns, rows[i].length));
    }
    return Nd4j.createFromArray(flat).reshape('c', rows.length, columns);
  }

  /** Rows picked from rows, in this order. */
  public static float[][] pick(float[][] rows, int[] indices) {
    float[][] picked = new float[indices.length][];
    for (int i = 0; i < indices.length; i++) {
      picked[i] = rows[indices[i]];
    }
    return picked;
  }

  /** 1 at response tokens. */
  public static float[][] mask(List<TokenSequence> sequences, int columns) {
    float[][] mask = new float[sequences.size()][columns];
    for (int i = 0; i < mask.length; i++) {
      java.util.Arrays.fill(mask[i], 0, sequences.get(i).response().length, 1f);
    }
    return mask;
  }

  /** Rows of an array. */
  public static float[][] rows(INDArray array) {
    int columns = (int) array.size(1);
    float[] flat = array.dup('c').data().asFloat();
    float[][] rows = new float[(int) array.size(0)][columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(flat, i * columns, rows[i], 0, columns);
    }
    return rows;
  }

  /** A vector of numbers. */
  public static INDArray vector(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return Nd4j.createFromArray(floats);
  }
}
