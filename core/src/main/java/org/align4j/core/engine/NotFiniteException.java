package org.align4j.core.engine;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;

/**
 * A model's number that is NaN or infinite: its weights are damaged, or training has diverged. What
 * would be computed with it has no meaning.
 */
public final class NotFiniteException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** One sentence for the user: what is not finite, and what to do. */
  @FormatMethod
  public NotFiniteException(@FormatString String sentence, Object... values) {
    super(String.format(sentence, values));
  }

  /** Refuses logits whose sum of exponentials, or its logarithm, is this number. */
  public static void checkLogits(double sum) {
    if (!Double.isFinite(sum)) {
      throw new NotFiniteException(
          "the model's logits are not finite (NaN or infinite): its weights are damaged, or training"
              + " has diverged; fetch the model again or train with a lower learning rate");
    }
  }

  /** Refuses log-probs, or values of a scalar head, that are not finite. */
  public static void checkScores(float[] scores) {
    float sum = 0;
    for (float score : scores) {
      // 0 for finite numbers, NaN for the others
      sum += 0 * score;
    }
    if (Float.isNaN(sum)) {
      throw new NotFiniteException(
          "the model's scores are not finite (NaN or infinite): its weights are damaged, or training"
              + " has diverged; fetch the model again or train with a lower learning rate");
    }
  }
}
