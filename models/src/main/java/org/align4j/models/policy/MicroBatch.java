package org.align4j.models.policy;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.engine.TokenBatch;

/**
 * A packed batch and where its labelled rows belong.
 *
 * @param batch what the network reads
 * @param sequences {@code [M]}: index of the sequence of each label, in the list that was packed
 * @param columns {@code [M]}: column of each label, the index of the token in its response
 */
public record MicroBatch(TokenBatch batch, int[] sequences, int[] columns) {

  /** Number of labels M. */
  public int labels() {
    return sequences.length;
  }

  /** Writes {@code [M]} to its places in {@code [B][T]}. */
  public void scatter(float[] values, float[][] target) {
    checkArgument(
        values.length == sequences.length,
        "values [%s] do not match the %s labels of the batch",
        values.length,
        sequences.length);
    for (int m = 0; m < values.length; m++) {
      target[sequences[m]][columns[m]] = values[m];
    }
  }

  /** Reads {@code [M]} from its places in {@code [B][T]}. */
  public float[] gather(float[][] source) {
    float[] values = new float[sequences.length];
    for (int m = 0; m < values.length; m++) {
      values[m] = source[sequences[m]][columns[m]];
    }
    return values;
  }
}
