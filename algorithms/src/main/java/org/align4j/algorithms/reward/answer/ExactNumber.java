package org.align4j.algorithms.reward.answer;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A rational number in lowest terms.
 *
 * @param numerator with the sign
 * @param denominator above 0
 */
record ExactNumber(BigInteger numerator, BigInteger denominator) {

  /** Longest number that is read: so that no answer, however written, takes long. */
  private static final int MAX_DIGITS = 1000;

  private static final BigInteger FIVE = BigInteger.valueOf(5);

  /** A number of digits with at most one point and at most one exponent: null if it is too long. */
  static @Nullable ExactNumber of(String text) {
    int e = text.indexOf('e');
    String mantissa = e < 0 ? text : text.substring(0, e);
    int point = mantissa.indexOf('.');
    String digits =
        point < 0 ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);
    if (digits.length() > MAX_DIGITS || text.length() - mantissa.length() > 6) {
      return null;
    }
    int places = point < 0 ? 0 : mantissa.length() - point - 1;
    int exponent = e < 0 ? 0 : Integer.parseInt(text.substring(e + 1));
    return reduced(new BigInteger(digits), BigInteger.ONE).timesTenTo(exponent - places);
  }

  /** A whole number. */
  static ExactNumber of(BigInteger whole) {
    return new ExactNumber(whole, BigInteger.ONE);
  }

  private static ExactNumber reduced(BigInteger numerator, BigInteger denominator) {
    BigInteger divisor = numerator.gcd(denominator);
    if (denominator.signum() < 0) {
      divisor = divisor.negate();
    }
    return new ExactNumber(numerator.divide(divisor), denominator.divide(divisor));
  }

  /** This number times a power of ten: null if it is too long. */
  @Nullable ExactNumber timesTenTo(int exponent) {
    if (Math.abs((long) exponent) > MAX_DIGITS) {
      return null;
    }
    BigInteger power = BigInteger.TEN.pow(Math.abs(exponent));
    return exponent < 0
        ? reduced(numerator, denominator.multiply(power))
        : reduced(numerator.multiply(power), denominator);
  }

  /** The quotient: null for a division by zero. */
  @Nullable ExactNumber dividedBy(ExactNumber other) {
    return other.numerator.signum() == 0
        ? null
        : reduced(numerator.multiply(other.denominator), denominator.multiply(other.numerator));
  }

  ExactNumber plus(ExactNumber other) {
    return reduced(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  ExactNumber times(ExactNumber other) {
    return reduced(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
  }

  ExactNumber negated() {
    return new ExactNumber(numerator.negate(), denominator);
  }

  boolean isWhole() {
    return denominator.equals(BigInteger.ONE);
  }

  /** Whether it is at least 0 and below 1. */
  boolean isProper() {
    return numerator.signum() >= 0 && numerator.compareTo(denominator) < 0;
  }

  /** Equal numbers have equal text: a decimal where it ends, else a reduced fraction. */
  String text() {
    int twos = denominator.getLowestSetBit();
    BigInteger rest = denominator.shiftRight(twos);
    int fives = 0;
    for (BigInteger[] next = rest.divideAndRemainder(FIVE);
        next[1].signum() == 0;
        next = rest.divideAndRemainder(FIVE)) {
      rest = next[0];
      fives++;
    }
    if (!rest.equals(BigInteger.ONE)) {
      return numerator + "/" + denominator;
    }
    int places = Math.max(twos, fives);
    BigInteger scaled = numerator.abs().multiply(BigInteger.TEN.pow(places)).divide(denominator);
    String digits = scaled.toString();
    if (places > 0) {
      digits = "0".repeat(Math.max(0, places + 1 - digits.length())) + digits;
      int point = digits.length() - places;
      digits = digits.substring(0, point) + "." + digits.substring(point);
    }
    return numerator.signum() < 0 ? "-" + digits : digits;
  }
}
