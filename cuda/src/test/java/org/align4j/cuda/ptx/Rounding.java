package org.align4j.cuda.ptx;

import java.math.BigDecimal;

/** Rounding of exact results as an instruction names it: rn, rz, rm or rp. */
final class Rounding {

  private Rounding() {}

  /** Whether a part of a name is one of the directed ones. */
  static boolean directed(String part) {
    return part.equals("rz") || part.equals("rm") || part.equals("rp");
  }

  /** The float of {@code a·b + c}. */
  static float fma(float a, float b, float c, String rounding) {
    float nearest = Math.fma(a, b, c);
    if (!Float.isFinite(a) || !Float.isFinite(b) || !Float.isFinite(c)) {
      return nearest;
    }
    BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c));
    return exact.signum() == 0 ? zero(nearest, a * b, c, rounding) : to(exact, nearest, rounding);
  }

  private static float zero(float nearest, float product, float c, String rounding) {
    boolean cancels = Float.floatToRawIntBits(product) != Float.floatToRawIntBits(c);
    return cancels && rounding.equals("rm") ? -0f : nearest;
  }

  /** The float of a quotient. */
  static float div(float a, float b, String rounding) {
    float nearest = a / b;
    if (!Float.isFinite(a) || !Float.isFinite(b) || a == 0 || b == 0) {
      return nearest;
    }
    // The remainder tells on which side of the quotient the float lies.
    BigDecimal quotient =
        new BigDecimal(a).divide(new BigDecimal(b), new java.math.MathContext(60));
    return to(quotient, nearest, rounding);
  }

  /** The float of a double, or of what it stands for. */
  static float of(double value, String rounding) {
    float nearest = (float) value;
    return Double.isFinite(value) && value != 0
        ? to(new BigDecimal(value), nearest, rounding)
        : nearest;
  }

  private static float to(BigDecimal exact, float nearest, String rounding) {
    if (rounding.equals("rn")) {
      return nearest;
    }
    int side =
        Float.isInfinite(nearest)
            ? (nearest > 0 ? 1 : -1)
            : new BigDecimal(nearest).compareTo(exact);
    boolean up = rounding.equals("rp") || (rounding.equals("rz") && exact.signum() < 0);
    if (up) {
      return side < 0 ? Math.nextUp(nearest) : nearest;
    }
    return side > 0 ? Math.nextDown(nearest) : nearest;
  }
}
