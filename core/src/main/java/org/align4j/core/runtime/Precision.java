package org.align4j.core.runtime;

import java.util.Arrays;
import java.util.Locale;

/**
 * How the factors of matrix products are rounded. Sums, master weights, moments and the statistics
 * of heads are float32 in each.
 */
public enum Precision {
  /** Not at all. */
  FP32,
  /** To 10 bits after the leading one, as the tensor cores of NVIDIA's cards take float32. */
  TF32,
  /** To bfloat16: 7 bits after the leading one. */
  BF16;

  /** What {@code --precision} says. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The precision of this label.
   *
   * @throws IllegalArgumentException for a label that none has
   */
  public static Precision of(String label) {
    return Arrays.stream(values())
        .filter(precision -> precision.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "precision is %s: it is one of %s"
                    .formatted(label, Arrays.stream(values()).map(Precision::label).toList())));
  }
}
