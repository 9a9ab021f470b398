package org.align4j.core.kernel.scalar;

/**
 * Elementary functions of single floats: operation by operation what {@code VectorMath} does in
 * each lane, so that the bits are the same. The constants of both are here.
 */
public final class ScalarMath {

  public static final float LOG2_E = 1.44269504f;
  public static final float MINUS_LN2_HIGH = -0.693359375f;
  public static final float MINUS_LN2_LOW = 2.12194440e-4f;

  /** Adding 1.5·2²³ rounds to an integer, which is then in the low bits. */
  public static final float ROUNDING = 12582912f;

  /** Below it an exponential is 0. */
  public static final float SMALLEST = -87.33f;

  public static final float EXP_6 = 1.9875691500e-4f;
  public static final float EXP_5 = 1.3981999507e-3f;
  public static final float EXP_4 = 8.3334519073e-3f;
  public static final float EXP_3 = 4.1665795894e-2f;
  public static final float EXP_2 = 1.6666665459e-1f;

  /** √(2/π), correctly rounded. */
  public static final float TANH_SCALE = (float) Math.sqrt(2 / Math.PI);

  public static final float TANH_CUBE = 0.044715f;
  public static final float TANH_SLOPE = 3 * 0.044715f;
  public static final float NORMAL_SCALE = (float) (1 / Math.sqrt(2 * Math.PI));

  /** Abramowitz and Stegun 7.1.26, p over √2, then half of the coefficients. */
  public static final float ERF_P = (float) (0.3275911 * Math.sqrt(0.5));

  public static final float ERF_5 = 0.5f * 1.061405429f;
  public static final float ERF_4 = 0.5f * -1.453152027f;
  public static final float ERF_3 = 0.5f * 1.421413741f;
  public static final float ERF_2 = 0.5f * -0.284496736f;
  public static final float ERF_1 = 0.5f * 0.254829592f;

  private ScalarMath() {}

  /** The three steps {@code VectorMath.exponent}, {@code polynomial} and {@code exponential}. */
  static float exp(float x) {
    float t = Math.fma(x, LOG2_E, ROUNDING);
    float n = t - ROUNDING;
    float r = Math.fma(n, MINUS_LN2_LOW, Math.fma(n, MINUS_LN2_HIGH, x));
    float p = Math.fma(r, EXP_6, EXP_5);
    p = Math.fma(p, r, EXP_4);
    p = Math.fma(p, r, EXP_3);
    p = Math.fma(p, r, EXP_2);
    p = Math.fma(p, r, 0.5f);
    p = Math.fma(p, r * r, r + 1);
    int power = (Float.floatToRawIntBits(t) << 23) + Float.floatToRawIntBits(1);
    return x < SMALLEST ? 0 : p * Float.intBitsToFloat(power);
  }

  /** {@code 1/(1 + e^−x)}. */
  static float sigmoid(float x) {
    float e = exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (e + 1);
  }

  /** {@code x·Φ(x)}. */
  public static float geluErf(float x) {
    return normal(x, exp(bellArgument(x))) * x;
  }

  static float geluErfSlope(float x) {
    float e = exp(bellArgument(x));
    return Math.fma(e * NORMAL_SCALE, x, normal(x, e));
  }

  private static float bellArgument(float x) {
    return -(x * x * 0.5f);
  }

  private static float normal(float x, float e) {
    float t = 1 / Math.fma(Math.abs(x), ERF_P, 1);
    float sum = Math.fma(t, ERF_5, ERF_4);
    sum = Math.fma(sum, t, ERF_3);
    sum = Math.fma(sum, t, ERF_2);
    sum = Math.fma(sum, t, ERF_1);
    float tail = sum * t * e;
    return x >= 0 ? 1 - tail : tail;
  }

  /** {@code ½x(1 + tanh u)}. */
  public static float geluTanh(float x) {
    return (tanh(tanhArgument(x)) + 1) * x * 0.5f;
  }

  static float geluTanhSlope(float x) {
    float tanh = tanh(tanhArgument(x));
    float slope = Math.fma(x * x, TANH_SLOPE, 1) * TANH_SCALE;
    float bend = (1 - tanh * tanh) * x * slope;
    return (tanh + 1 + bend) * 0.5f;
  }

  private static float tanhArgument(float x) {
    return Math.fma(x * x, TANH_CUBE, 1) * x * TANH_SCALE;
  }

  private static float tanh(float u) {
    float e = exp(Math.abs(u) * -2);
    float tanh = (1 - e) / (e + 1);
    return u < 0 ? -tanh : tanh;
  }
}
