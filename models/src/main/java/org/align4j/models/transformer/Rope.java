package org.align4j.models.transformer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.OptionalDouble;
import org.align4j.core.ops.RopeTable;

/**
 * Rotary position settings.
 *
 * @param theta base of the frequencies, above 0; 10,000 in the RoFormer paper
 * @param scaling how the frequencies are stretched beyond the trained context
 * @param part the part of a head's columns that is turned, its first ones; in (0, 1], usually 1
 */
public record Rope(double theta, Scaling scaling, double part) {
  /** Base 10,000, not scaled. */
  public static final Rope DEFAULT = new Rope(10_000, new Unscaled());

  public Rope {
    checkArgument(
        theta > 0 && theta < Double.POSITIVE_INFINITY,
        "rope theta is %s: it must be above 0 and finite",
        theta);
    checkArgument(
        part > 0 && part <= 1, "the part of a head that rope turns is %s: it is in (0, 1]", part);
  }

  /** Settings that turn all of a head. */
  public Rope(double theta, Scaling scaling) {
    this(theta, scaling, 1);
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
      checkOriginal(originalMaxPositions, 1);
    }
  }

  /**
   * Low frequencies divided by the factor, high ones kept, those between blended by their place,
   * and queries and keys multiplied by an attention factor ({@code yarn}, arXiv:2309.00071).
   *
   * @param factor at least 1
   * @param originalMaxPositions context of the pre-training, above 0
   * @param betaFast turns within the original context from which a frequency is kept; 32 in the
   *     paper
   * @param betaSlow turns up to which it is divided by the whole factor; 1 in the paper
   * @param attentionFactor where a model sets it, above 0
   * @param mscale weight of ln(factor) in the attention factor where that is not set
   * @param mscaleAllDim the same of what the attention factor is divided by; counts with {@code
   *     mscale} only
   * @param truncate whether the bounds of the blend are whole numbers of frequencies
   */
  public record Yarn(
      double factor,
      int originalMaxPositions,
      double betaFast,
      double betaSlow,
      OptionalDouble attentionFactor,
      OptionalDouble mscale,
      OptionalDouble mscaleAllDim,
      boolean truncate)
      implements Scaling {
    public Yarn {
      checkFactor(factor);
      checkOriginal(originalMaxPositions, 1);
      checkArgument(betaFast > 0, "beta_fast is %s: it must be above 0", betaFast);
      checkArgument(betaSlow > 0, "beta_slow is %s: it must be above 0", betaSlow);
      checkAttentionFactor(attentionFactor.orElse(1));
    }

    /** What queries and keys are multiplied by. */
    public double amplitude() {
      if (attentionFactor.isPresent()) {
        return attentionFactor.getAsDouble();
      }
      if (mscale.orElse(0) != 0 && mscaleAllDim.orElse(0) != 0) {
        return grown(mscale.getAsDouble()) / grown(mscaleAllDim.getAsDouble());
      }
      return grown(1);
    }

    private double grown(double weight) {
      return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
    }

    /** How much of the undivided frequency {@code i} is kept, of those of so many columns. */
    private float kept(double theta, int turned, int i) {
      double low = place(betaFast, theta, turned);
      double high = place(betaSlow, theta, turned);
      if (truncate) {
        low = Math.floor(low);
        high = Math.ceil(high);
      }
      low = Math.max(low, 0);
      high = Math.min(high, turned - 1);
      if (low == high) {
        high += 0.001;
      }
      return 1 - Math.clamp((i - (float) low) / (float) (high - low), 0f, 1f);
    }

    /** The index of the frequency that turns so often within the original context. */
    private double place(double turns, double theta, int turned) {
      return turned
          * Math.log(originalMaxPositions / (turns * 2 * Math.PI))
          / (2 * Math.log(theta));
    }
  }

  /**
   * Frequencies divided one by one, and queries and keys multiplied by an attention factor ({@code
   * longrope}). Sequences up to the context of the pre-training have the short factors; longer ones
   * would have the long ones, from their first token on, and are not supported.
   *
   * @param shortFactors divisors, one for two columns that are turned
   * @param longFactors as many divisors of longer sequences, kept for other readers
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
      checkOriginal(originalMaxPositions, 2);
      checkAttentionFactor(attentionFactor);
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
    return switch (scaling) {
      case LongRope longRope -> (float) longRope.attentionFactor();
      case Yarn yarn -> (float) yarn.amplitude();
      case Unscaled _, Linear _, Llama3 _ -> 1f;
    };
  }

  /**
   * Inverse frequencies: {@code theta^(-2i/turned)} of the columns that are turned, {@code headDim}
   * usually, one for two columns (an odd column has one too); scaled. In float32 like transformers
   * ({@code modeling_rope_utils.py}), so that the angles have its rounding.
   */
  public float[] inverseFrequencies(int headDim) {
    checkHeads(headDim);
    int turned = turned(headDim);
    float[] frequencies = new float[(turned + 1) / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / turned;
      frequencies[i] = scaled((float) StrictMath.pow(theta, exponent), i, turned);
    }
    return frequencies;
  }

  private int turned(int headDim) {
    return (int) (headDim * part);
  }

  /**
   * Checks that the settings fit heads of this size.
   *
   * @throws IllegalArgumentException with what does not
   */
  public void checkHeads(int headDim) {
    checkArgument(
        headDim > 0 && headDim % 2 == 0, "headDim is %s: it must be even and above 0", headDim);
    int turned = turned(headDim);
    checkArgument(
        turned > 0,
        "rope turns %s of %s columns of a head: that is none",
        Double.valueOf(part),
        headDim);
    if (scaling instanceof LongRope longRope) {
      int factors = longRope.shortFactors().size();
      int needed = (turned + 1) / 2;
      checkArgument(
          factors == needed,
          "LongRoPE has %s short factors for heads of %s: it must have %s",
          factors,
          headDim,
          needed);
    }
  }

  /** Cosines and sines of these inverse frequencies, for heads of {@code headDim}. */
  public RopeTable table(float[] inverseFrequencies, int headDim, int maxPositions) {
    return new RopeTable(inverseFrequencies, headDim, maxPositions, amplitude());
  }

  private float scaled(float period, int i, int turned) {
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
      case Yarn yarn -> {
        float kept = yarn.kept(theta, turned, i);
        float divided = 1f / ((float) yarn.factor() * period);
        yield divided * (1 - kept) + frequency * kept;
      }
      case LongRope longRope -> 1f / (longRope.shortFactors().get(i).floatValue() * period);
    };
  }

  private static void checkFactor(double factor) {
    checkArgument(
        factor >= 1 && factor < Double.POSITIVE_INFINITY,
        "rope factor is %s: it must be at least 1 and finite",
        factor);
  }

  private static void checkOriginal(int originalMaxPositions, int least) {
    checkArgument(
        originalMaxPositions >= least,
        "originalMaxPositions is %s: it must be at least %s",
        originalMaxPositions,
        least);
  }

  private static void checkAttentionFactor(double attentionFactor) {
    checkArgument(
        attentionFactor > 0 && attentionFactor < Double.POSITIVE_INFINITY,
        "attentionFactor is %s: it must be above 0 and finite",
        attentionFactor);
  }
}
