package org.align4j.algorithms.train.codec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Booleans;

/**
 * An example's tokens, and which of them the policy learns.
 *
 * @param ids {@code [N]}
 * @param learned {@code [N]}; may have holes: what others say between two answers
 */
public record LabelledTokens(int[] ids, boolean[] learned) {

  public LabelledTokens {
    checkArgument(
        ids.length == learned.length,
        "%s tokens do not match a mask of %s",
        ids.length,
        learned.length);
  }

  /**
   * Place of the first token that is learned, and is not the text's first; N where there is none.
   */
  public int first() {
    for (int i = 1; i < learned.length; i++) {
      if (learned[i]) {
        return i;
      }
    }
    return learned.length;
  }

  /** One more than the place of the last token that is learned. */
  public int end() {
    return Booleans.lastIndexOf(learned, true) + 1;
  }
}
