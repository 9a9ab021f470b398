package org.align4j.algorithms.reward.answer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * An arithmetic expression: natural numbers, {@code + - * /}, a sign, parentheses; computed
 * exactly.
 */
public final class Expression {

  /** So that no text, however written, takes long. */
  private static final int LONGEST = 400;

  private final ExactNumber value;
  private final ImmutableList<BigInteger> numbers;

  private Expression(ExactNumber value, ImmutableList<BigInteger> numbers) {
    this.value = value;
    this.numbers = numbers;
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException for what is none, or divides by 0
   */
  public static Expression parse(String text) {
    checkArgument(text.length() <= LONGEST, "an expression of %s characters", text.length());
    Reader reader = new Reader(text);
    ExactNumber value = reader.sum();
    checkArgument(reader.atEnd(), "'%s' goes on at %s", text, reader.at);
    return new Expression(value, ImmutableList.copyOf(reader.numbers));
  }

  /** The numbers that it is written with, as they come. */
  public ImmutableList<BigInteger> numbers() {
    return numbers;
  }

  /** Whether the values are equal. */
  public boolean hasValueOf(Expression other) {
    return value.equals(other.value);
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

    ExactNumber sum() {
      ExactNumber value = product();
      while (true) {
        if (takes('+')) {
          value = value.plus(product());
        } else if (takes('-')) {
          value = value.plus(product().negated());
        } else {
          return value;
        }
      }
    }

    private ExactNumber product() {
      ExactNumber value = factor();
      while (true) {
        if (takes('*')) {
          value = value.times(factor());
        } else if (takes('/')) {
          value = quotient(value, factor());
        } else {
          return value;
        }
      }
    }

    private ExactNumber quotient(ExactNumber value, ExactNumber divisor) {
      ExactNumber quotient = value.dividedBy(divisor);
      checkArgument(quotient != null, "'%s' divides by 0", text);
      return quotient;
    }

    private ExactNumber factor() {
      if (takes('-')) {
        return factor().negated();
      }
      if (takes('(')) {
        ExactNumber value = sum();
        checkArgument(takes(')'), "'%s' has a parenthesis that is not closed", text);
        return value;
      }
      return number();
    }

    private ExactNumber number() {
      checkArgument(!atEnd(), "'%s' ends where a number is due", text);
      int from = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      checkArgument(at > from, "'%s' has no number at %s", text, at);
      BigInteger number = new BigInteger(text.substring(from, at));
      numbers.add(number);
      return ExactNumber.of(number);
    }
  }
}
