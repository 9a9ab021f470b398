package org.align4j.algorithms.reward;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A rational number in its one canonical form, so that equal values have equal text: {@code 0.50},
 * {@code 1/2} and {@code .5} are all {@code 0.5}; {@code 2/6} is {@code 1/3}.
 *
 * <p>Decimals are compared as digits, never expanded, so any length takes linear time. Fractions go
 * through {@link BigInteger}; parts of more than {@value #MAX_FRACTION_DIGITS} digits are refused.
 *
 * @param text canonical: a decimal without superfluous zeros, or a reduced fraction
 */
record ExactNumber(String text) {

  private static final int MAX_FRACTION_DIGITS = 400;
  private static final int MAX_PLAIN_EXPONENT = 40;
  private static final BigInteger FIVE = BigInteger.valueOf(5);

  /** A decimal: digits with at most one point, no sign; times ten to the exponent. */
  static ExactNumber decimal(boolean negative, String digits, int exponent) {
    return canonical(negative, Decimal.of(digits, exponent));
  }

  /** A fraction of two unsigned decimals; null for a zero or enormous denominator or numerator. */
  static @Nullable ExactNumber fraction(boolean negative, String numerator, String denominator) {
    return mixed(negative, "0", numerator, denominator);
  }

  /** {@code whole + numerator/denominator}, all unsigned; null as for a fraction. */
  static @Nullable ExactNumber mixed(
      boolean negative, String whole, String numerator, String denominator) {
    if (whole.length() > MAX_FRACTION_DIGITS
        || numerator.length() > MAX_FRACTION_DIGITS
        || denominator.length() > MAX_FRACTION_DIGITS) {
      return null;
    }
    Decimal top = Decimal.of(numerator, 0);
    Decimal bottom = Decimal.of(denominator, 0);
    if (bottom.digits.isEmpty()) {
      return null;
    }
    int shift = Math.min(top.exponent, bottom.exponent);
    BigInteger d = bottom.integer(shift);
    BigInteger n = top.integer(shift).add(Decimal.of(whole, 0).integer(0).multiply(d));
    BigInteger divisor = n.gcd(d);
    n = n.divide(divisor);
    d = d.divide(divisor);
    int twos = d.getLowestSetBit();
    int fives = 0;
    BigInteger rest = d.shiftRight(twos);
    while (rest.mod(FIVE).signum() == 0) {
      rest = rest.divide(FIVE);
      fives++;
    }
    if (!rest.equals(BigInteger.ONE)) {
      return new ExactNumber((negative ? "-" : "") + n + "/" + d);
    }
    int places = Math.max(twos, fives);
    BigInteger scaled = n.multiply(BigInteger.TEN.pow(places)).divide(d);
    return canonical(negative, Decimal.of(scaled.toString(), -places));
  }

  private static ExactNumber canonical(boolean negative, Decimal value) {
    if (value.digits.isEmpty()) {
      return new ExactNumber("0");
    }
    String digits = value.digits;
    int exponent = value.exponent;
    String text;
    if (exponent >= 0 && exponent <= MAX_PLAIN_EXPONENT) {
      text = digits + "0".repeat(exponent);
    } else if (exponent < 0 && exponent >= -MAX_PLAIN_EXPONENT - digits.length()) {
      int point = digits.length() + exponent;
      text =
          point > 0
              ? digits.substring(0, point) + "." + digits.substring(point)
              : "0." + "0".repeat(-point) + digits;
    } else {
      text = digits + "E" + exponent;
    }
    return new ExactNumber(negative ? "-" + text : text);
  }

  /** Digits without leading and trailing zeros (empty for 0) times ten to the exponent. */
  private record Decimal(String digits, int exponent) {

    static Decimal of(String text, int exponent) {
      int point = text.indexOf('.');
      String digits = point < 0 ? text : text.substring(0, point) + text.substring(point + 1);
      int scale = point < 0 ? 0 : text.length() - point - 1;
      int from = 0;
      int to = digits.length();
      while (from < to && digits.charAt(from) == '0') {
        from++;
      }
      while (to > from && digits.charAt(to - 1) == '0') {
        to--;
      }
      return new Decimal(
          digits.substring(from, to), from == to ? 0 : exponent - scale + digits.length() - to);
    }

    /** This value divided by ten to the shift, which leaves it whole. */
    BigInteger integer(int shift) {
      return digits.isEmpty()
          ? BigInteger.ZERO
          : new BigInteger(digits).multiply(BigInteger.TEN.pow(exponent - shift));
    }
  }
}
