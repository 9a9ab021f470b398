package org.align4j.algorithms.reward.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one number: a decimal, a fraction, a mixed number, or a power of ten with or without a
 * factor, with its sign. Anything else, such as {@code 2^3} or {@code 5 \cdot 3}, is no number.
 */
final class NumberReader {

  private static final int MAX_DEPTH = 8;

  private final List<AnswerToken> tokens;

  NumberReader(List<AnswerToken> tokens) {
    this.tokens = tokens;
  }

  /**
   * A number that was read.
   *
   * @param end index of the token after it
   */
  record Read(ExactNumber value, int end) {}

  /** The number that starts here, the longest one, or null. */
  @Nullable Read signed(int from, int to) {
    return signed(from, to, 0);
  }

  /** The number that these tokens are, or null. */
  private @Nullable ExactNumber whole(int from, int to, int depth) {
    Read read = signed(from, to, depth);
    return read == null || read.end != to ? null : read.value;
  }

  private @Nullable Read signed(int from, int to, int depth) {
    if (from >= to || depth > MAX_DEPTH) {
      return null;
    }
    boolean minus = is(from, to, "-");
    Read read = unsigned(minus || is(from, to, "+") ? from + 1 : from, to, depth);
    return read == null || !minus ? read : new Read(read.value.negated(), read.end);
  }

  private @Nullable Read unsigned(int from, int to, int depth) {
    if (from >= to) {
      return null;
    }
    AnswerToken first = tokens.get(from);
    if (first.isNumber()) {
      return decimal(from, to, depth);
    }
    Read read = first.is("\\frac") ? fraction(from, to, depth) : group(from, to, depth);
    return read != null && is(read.end, to, "/") ? null : read;
  }

  /** A number in brackets or braces. */
  private @Nullable Read group(int from, int to, int depth) {
    String close = is(from, to, "(") ? ")" : is(from, to, "{") ? "}" : "";
    int end = close.isEmpty() ? -1 : closing(from, to, tokens.get(from).text(), close);
    ExactNumber value = end < 0 ? null : whole(from + 1, end, depth + 1);
    return value == null ? null : new Read(value, end + 1);
  }

  private int closing(int from, int to, String open, String close) {
    int level = 0;
    for (int i = from; i < to; i++) {
      level += is(i, to, open) ? 1 : is(i, to, close) ? -1 : 0;
      if (level == 0) {
        return i;
      }
    }
    return -1;
  }

  /** {@code \frac} with two numbers. */
  private @Nullable Read fraction(int from, int to, int depth) {
    Read top = argument(from + 1, to, depth);
    Read bottom = top == null ? null : argument(top.end, to, depth);
    ExactNumber value = top == null || bottom == null ? null : top.value.dividedBy(bottom.value);
    return value == null || bottom == null ? null : new Read(value, bottom.end);
  }

  private @Nullable Read argument(int from, int to, int depth) {
    if (is(from, to, "{")) {
      return group(from, to, depth);
    }
    ExactNumber value = plain(from, to);
    return value == null ? null : new Read(value, from + 1);
  }

  /** Text that starts with digits. */
  private @Nullable Read decimal(int from, int to, int depth) {
    ExactNumber value = plain(from, to);
    if (value == null) {
      return null;
    }
    int next = from + 1;
    if (is(next, to, "\\frac")) {
      Read part = fraction(next, to, depth);
      return part == null ? null : mixed(from, value, part);
    }
    if (is(next, to, "/") && !(next + 1 < to && tokens.get(next + 1).isWord())) {
      return slashed(value, next + 1, to, depth);
    }
    if (next + 1 < to && tokens.get(next).isNumber() && is(next + 1, to, "/")) {
      ExactNumber top = plain(next, to);
      Read part = top == null ? null : slashed(top, next + 2, to, depth);
      return part == null || hasLeadingZero(next) ? null : mixed(from, value, part);
    }
    boolean times = is(next, to, "*") || isTimes(next, to);
    Read power = null;
    if (isTen(from, to) && is(next, to, "^")) {
      power = power(ExactNumber.of("1"), next + 1, to);
    } else if (times && isTen(next + 1, to) && is(next + 2, to, "^")) {
      power = power(value, next + 3, to);
    }
    return power == null ? new Read(value, next) : power;
  }

  /** The x of 3 x 10^8. */
  private boolean isTimes(int i, int to) {
    return i < to && tokens.get(i).isWord() && tokens.get(i).text().equals("x");
  }

  private boolean isTen(int i, int to) {
    return i < to && tokens.get(i).isNumber() && tokens.get(i).text().equals("10");
  }

  private boolean hasLeadingZero(int i) {
    return tokens.get(i).text().length() > 1 && tokens.get(i).text().startsWith("0");
  }

  /** A whole number and a proper fraction; null where it is no mixed number. */
  private @Nullable Read mixed(int from, ExactNumber whole, Read part) {
    boolean digits = tokens.get(from).text().chars().allMatch(c -> c >= '0' && c <= '9');
    return digits && part.value.isProper() ? new Read(whole.plus(part.value), part.end) : null;
  }

  private @Nullable Read slashed(ExactNumber top, int from, int to, int depth) {
    boolean minus = is(from, to, "-");
    int at = minus ? from + 1 : from;
    Read bottom;
    if (at < to && tokens.get(at).isNumber()) {
      ExactNumber value = plain(at, to);
      bottom = value == null ? null : new Read(value, at + 1);
    } else {
      bottom = group(at, to, depth);
    }
    ExactNumber value = bottom == null ? null : top.dividedBy(bottom.value);
    if (value == null || bottom == null || is(bottom.end, to, "/") || is(bottom.end, to, "^")) {
      return null;
    }
    return new Read(minus ? value.negated() : value, bottom.end);
  }

  /** A factor times ten to the whole number that starts here. */
  private @Nullable Read power(@Nullable ExactNumber factor, int from, int to) {
    Read exponent;
    if (is(from, to, "{") || is(from, to, "(")) {
      exponent = group(from, to, MAX_DEPTH - 1);
    } else {
      int digits = is(from, to, "-") || is(from, to, "+") ? from + 1 : from;
      exponent = digits < to && tokens.get(digits).isNumber() ? signed(from, digits + 1, 0) : null;
    }
    if (factor == null || exponent == null || !exponent.value.isWhole()) {
      return null;
    }
    if (exponent.value.numerator().bitLength() > 16) {
      return null;
    }
    ExactNumber value = factor.timesTenTo(exponent.value.numerator().intValueExact());
    return value == null ? null : new Read(value, exponent.end);
  }

  private @Nullable ExactNumber plain(int i, int to) {
    return i < to && tokens.get(i).isNumber() ? ExactNumber.of(tokens.get(i).text()) : null;
  }

  private boolean is(int i, int to, String sign) {
    return i < to && tokens.get(i).is(sign);
  }
}
