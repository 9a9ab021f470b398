package org.align4j.models.transformer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;

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
   * Frequencies divided one by one, and queries and keys multiplied by an attention factor ({@code
   * longrope}). Sequences up to the context of the pre-training have the short factors; longer ones
   * would have the long ones, from their first token on, and are not supported.
   *
   * @param shortFactors divisors {@code [headDim/2]}
   * @param longFactors divisors {@code [headDim/2]} of longer sequences, kept for other readers
   * @param originalMaxPositions context of the pre-training, above 1
   * @param extendedMaxPositions context with the long factors, kept for other readers
   * @param attentionFactor above 0; {@link #attentionFactor} where a model does not set it
   */
  public record LongRope(
      ImmutableList<Double> shortFactors,
      ImmutableList<Double> longFactors,
      int originalMaxPositions,
      int extendedMaxPositions,
      double attentionFactor)
      implements Scaling {
    public LongRope {
      for (double factor : Iterables.concat(shortFactors, longFactors)) {
        checkArgument(
            factor > 0 && factor < Double.POSITIVE_INFINITY,
            "a factor of LongRoPE is %s: it must be above 0 and finite",
            factor);
      }
      checkArgument(
          originalMaxPositions > 1,
          "originalMaxPositions is %s: it must be above 1",
          originalMaxPositions);
      checkArgument(
          attentionFactor > 0 && attentionFactor < Double.POSITIVE_INFINITY,
          "attentionFactor is %s: it must be above 0 and finite",
          attentionFactor);
    }

    /** The one of a context that is {@code factor} times the original one. */
    public static double attentionFactor(double factor, int originalMaxPositions) {
      return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalMaxPositions));
    }
  }

  /** Of the positions a model allows, how many these settings are right for. */
  public int positions(int maxPositions) {
    return scaling instanceof LongRope longRope
        ? Math.min(maxPositions, longRope.originalMaxPositions())
        : maxPositions;
  }

  /** What cosines and sines are multiplied by. */
  public float amplitude() {
    return scaling instanceof LongRope longRope ? (float) longRope.attentionFactor() : 1f;
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
      frequencies[i] = scaled((float) StrictMath.pow(theta, exponent), i, frequencies.length);
    }
    return frequencies;
  }

  private float scaled(float period, int i, int half) {
    float frequency = 1f / period;
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
      case LongRope longRope -> {
        int factors = longRope.shortFactors().size();
        checkArgument(
            factors == half,
            "LongRoPE has %s short factors for heads of %s: it must have %s",
            factors,
            2 * half,
            half);
        yield 1f / (longRope.shortFactors().get(i).floatValue() * period);
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
