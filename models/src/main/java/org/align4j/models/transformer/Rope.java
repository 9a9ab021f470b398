package org.align4j.models.transformer;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Rotary position settings.
 *
 * @param theta base of the frequencies, above 0; 10,000 in the RoFormer paper
 * @param scaling how the frequencies are stretched beyond the trained context
 */
public record Rope(double theta, Scaling scaling) {
  /** Base 10,000, not scaled. */
  public static final Rope DEFAULT = new Rope(10_000, new Unscaled());

  public Rope {
    checkArgument(
        theta > 0 && theta < Double.POSITIVE_INFINITY,
        "rope theta is %s: it must be above 0 and finite",
        theta);
  }

  /** How the frequencies are stretched. */
  public sealed interface Scaling {}

  /** Frequencies as they are ({@code default}). */
  public record Unscaled() implements Scaling {}

  /**
   * All frequencies divided by one factor ({@code linear}).
   *
   * @param factor at least 1
   */
  public record Linear(double factor) implements Scaling {
    public Linear {
      checkFactor(factor);
    }
  }

  /**
   * Low frequencies divided by the factor, high ones kept, those between blended ({@code llama3}).
   *
   * @param factor at least 1
   * @param lowFreqFactor original positions ÷ the longest wavelength that is blended, above 0
   * @param highFreqFactor original positions ÷ the shortest wavelength that is blended, above
   *     {@code lowFreqFactor}
   * @param originalMaxPositions context of the pre-training, above 0
   */
  public record Llama3(
      double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositions)
      implements Scaling {
    public Llama3 {
      checkFactor(factor);
      checkArgument(lowFreqFactor > 0, "lowFreqFactor is %s: it must be above 0", lowFreqFactor);
      checkArgument(
          highFreqFactor > lowFreqFactor,
          "highFreqFactor is %s: it must be above lowFreqFactor (%s)",
          highFreqFactor,
          lowFreqFactor);
      checkArgument(
          originalMaxPositions > 0,
          "originalMaxPositions is %s: it must be above 0",
          originalMaxPositions);
    }
  }

  /**
   * Inverse frequencies {@code [headDim/2]}: {@code theta^(-2i/headDim)}, scaled. In float32 like
   * transformers ({@code modeling_rope_utils.py}), so that the angles have its rounding.
   */
  public float[] inverseFrequencies(int headDim) {
    checkArgument(
        headDim > 0 && headDim % 2 == 0, "headDim is %s: it must be even and above 0", headDim);
    float[] frequencies = new float[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / headDim;
      frequencies[i] = scaled(1f / (float) StrictMath.pow(theta, exponent));
    }
    return frequencies;
  }

  private float scaled(float frequency) {
    return switch (scaling) {
      case Unscaled() -> frequency;
      case Linear(double factor) -> frequency / (float) factor;
      case Llama3(double factor, double low, double high, int original) -> {
        float wavelength = (float) (2 * Math.PI) / frequency;
        if (wavelength > original / low) {
          yield frequency / (float) factor;
        }
        if (wavelength < original / high) {
          yield frequency;
        }
        float smooth = (original / wavelength - (float) low) / (float) (high - low);
        yield (1 - smooth) * frequency / (float) factor + smooth * frequency;
      }
    };
  }

  private static void checkFactor(double factor) {
    checkArgument(
        factor >= 1 && factor < Double.POSITIVE_INFINITY,
        "rope factor is %s: it must be at least 1 and finite",
        factor);
  }
}
