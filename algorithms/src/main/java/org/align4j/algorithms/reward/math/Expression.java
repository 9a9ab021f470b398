package org.align4j.algorithms.reward.math;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * An arithmetic expression: natural numbers, {@code + - * /}, a sign, parentheses; computed
 * exactly.
 *
 * @param numerator of its value, in lowest terms, with the sign
 * @param denominator above 0
 * @param numbers that it is written with, as they come
 */
record Expression(BigInteger numerator, BigInteger denominator, ImmutableList<BigInteger> numbers) {

  /** So that no text, however written, takes long. */
  private static final int LONGEST = 400;

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException for what is none, or divides by 0
   */
  static Expression parse(String text) {
    checkArgument(text.length() <= LONGEST, "an expression of %s characters", text.length());
    Reader reader = new Reader(text);
    Fraction value = reader.sum();
    checkArgument(reader.atEnd(), "'%s' goes on at %s", text, reader.at);
    BigInteger divisor = value.above().gcd(value.below()).max(BigInteger.ONE);
    return new Expression(
        value.above().divide(divisor),
        value.below().divide(divisor),
        ImmutableList.copyOf(reader.numbers));
  }

  /** Whether the values are equal. */
  boolean hasValueOf(Expression other) {
    return numerator.equals(other.numerator) && denominator.equals(other.denominator);
  }

  /** Not in lowest terms; below is above 0. */
  private record Fraction(BigInteger above, BigInteger below) {

    Fraction plus(Fraction other, boolean negated) {
      BigInteger theirs = other.above.multiply(below);
      return new Fraction(
          above.multiply(other.below).add(negated ? theirs.negate() : theirs),
          below.multiply(other.below));
    }

    Fraction times(Fraction other) {
      return new Fraction(above.multiply(other.above), below.multiply(other.below));
    }

    Fraction over(Fraction other) {
      checkArgument(other.above.signum() != 0, "a division by 0");
      BigInteger sign = BigInteger.valueOf(other.above.signum());
      return new Fraction(
          above.multiply(other.below).multiply(sign), below.multiply(other.above.abs()));
    }
  }

  /** Recursive descent: a sum of products of signed numbers and parentheses. */
  private static final class Reader {

    private final String text;
    private final List<BigInteger> numbers = new ArrayList<>();
    private int at;

    Reader(String text) {
      this.text = text;
    }

    boolean atEnd() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return at == text.length();
    }

    private boolean takes(char wanted) {
      if (atEnd() || text.charAt(at) != wanted) {
        return false;
      }
      at++;
      return true;
    }

    Fraction sum() {
      Fraction value = product();
      while (true) {
        if (takes('+')) {
          value = value.plus(product(), false);
        } else if (takes('-')) {
          value = value.plus(product(), true);
        } else {
          return value;
        }
      }
    }

    private Fraction product() {
      Fraction value = factor();
      while (true) {
        if (takes('*')) {
          value = value.times(factor());
        } else if (takes('/')) {
          value = value.over(factor());
        } else {
          return value;
        }
      }
    }

    private Fraction factor() {
      if (takes('-')) {
        Fraction value = factor();
        return new Fraction(value.above().negate(), value.below());
      }
      if (takes('(')) {
        Fraction value = sum();
        checkArgument(takes(')'), "'%s' has a parenthesis that is not closed", text);
        return value;
      }
      return number();
    }

    private Fraction number() {
      checkArgument(!atEnd(), "'%s' ends where a number is due", text);
      int from = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      checkArgument(at > from, "'%s' has no number at %s", text, at);
      BigInteger number = new BigInteger(text.substring(from, at));
      numbers.add(number);
      return new Fraction(number, BigInteger.ONE);
    }
  }
}
