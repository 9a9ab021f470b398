package org.align4j.models.policy;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.batch.TokenBatch;

/**
 * A packed batch and which tokens its labels stand for. A label stands for several where sequences
 * have a common prefix: their tokens have one log-prob, and their coefficients add up.
 *
 * @param batch what the network reads, with M labels
 * @param sequences {@code [R]}: index of the sequence of each labelled token, in the list that was
 *     packed, ascending
 * @param columns {@code [R]}: index of each labelled token in its response
 * @param labelOf {@code [R]}: the label that stands for each token, below M
 */
public record MicroBatch(TokenBatch batch, int[] sequences, int[] columns, int[] labelOf) {

  /** How many tokens each label stands for, {@code [M]}. */
  public int[] counts() {
    int[] counts = new int[batch.labels().length];
    for (int label : labelOf) {
      counts[label]++;
    }
    return counts;
  }

  /**
   * Writes what the labels answered, {@code [M]}, to the places of their tokens in {@code [B][T]}.
   */
  public void scatter(float[] values, float[][] target) {
    checkArgument(
        values.length == batch.labels().length,
        "values [%s] do not match the %s labels of the batch",
        values.length,
        batch.labels().length);
    for (int i = 0; i < labelOf.length; i++) {
      target[sequences[i]][columns[i]] = values[labelOf[i]];
    }
  }

  /** Adds up the coefficients of each label's tokens, {@code [B][T]} to {@code [M]}. */
  public float[] gather(float[][] source) {
    float[] values = new float[batch.labels().length];
    for (int i = 0; i < labelOf.length; i++) {
      values[labelOf[i]] += source[sequences[i]][columns[i]];
    }
    return values;
  }
}
