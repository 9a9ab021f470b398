package org.align4j.core.kernel;

/** Activation functions and their derivatives, one number at a time, in double. */
final class PlainMath {

  private static final double TANH_SCALE = Math.sqrt(2 / Math.PI);
  private static final double TANH_CUBE = 0.044715;

  private PlainMath() {}

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Φ(x). The complementary error function is Press et al., Numerical Recipes, 6.2: 1.2e-7. */
  static double normal(double x) {
    double z = Math.abs(x) * Math.sqrt(0.5);
    double t = 1 / (1 + 0.5 * z);
    double sum = 0;
    for (int i = ERFC.length - 1; i >= 0; i--) {
      sum = sum * t + ERFC[i];
    }
    double tail = 0.5 * t * Math.exp(sum - z * z);
    return x >= 0 ? 1 - tail : tail;
  }

  /** {@code erfc(z) = t · exp(−z² + Σ c_i tⁱ)}, {@code t = 1/(1 + z/2)}. */
  static final double[] ERFC = {
    -1.26551223,
    1.00002368,
    0.37409196,
    0.09678418,
    -0.18628806,
    0.27886807,
    -1.13520398,
    1.48851587,
    -0.82215223,
    0.17087277
  };

  static double geluErf(double x) {
    return x * normal(x);
  }

  static double geluErfDerivative(double x) {
    return normal(x) + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  }

  static double geluTanh(double x) {
    return 0.5 * x * (1 + Math.tanh(TANH_SCALE * (x + TANH_CUBE * x * x * x)));
  }

  static double geluTanhDerivative(double x) {
    double tanh = Math.tanh(TANH_SCALE * (x + TANH_CUBE * x * x * x));
    return 0.5 * (1 + tanh)
        + 0.5 * x * (1 - tanh * tanh) * TANH_SCALE * (1 + 3 * TANH_CUBE * x * x);
  }
}
