package org.align4j.algorithms.reward;

import org.jspecify.annotations.Nullable;

/**
 * Finds numbers in free text, left to right, each character looked at a bounded number of times:
 * {@code 1,234.50}, {@code -7}, {@code 3/4}, {@code 1 1/2}, {@code \frac{1}{2}}, {@code 2e6}, with
 * currency signs, unit words and ordinals around them ignored.
 */
final class NumberScanner {

  private final String text;
  private int at;
  private boolean negative;

  /**
   * Scans a text.
   *
   * @param text as {@link #normalise} made it
   */
  NumberScanner(String text) {
    this.text = text;
  }

  /** One spelling of digits, minus signs, fraction slashes and thousands separators. */
  static String normalise(String text) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\u2212' -> out.append('-');
        case '\u2044' -> out.append('/');
        case '\u00a0', '\u2009', '\u202f' -> {
          // Between digits these group thousands; elsewhere they are blanks.
          boolean groups = isDigit(text, i - 1) && isDigit(text, i + 1);
          out.append(groups ? ',' : ' ');
        }
        case '\u00bc' -> out.append(" 1/4");
        case '\u00bd' -> out.append(" 1/2");
        case '\u00be' -> out.append(" 3/4");
        case '{' -> {
          if (text.startsWith("{,}", i)) {
            out.append(',');
            i += 2;
          } else {
            out.append(c);
          }
        }
        case '\\' -> {
          if (i + 1 < text.length() && ",!;".indexOf(text.charAt(i + 1)) >= 0) {
            boolean groups = isDigit(text, i - 1) && isDigit(text, i + 2);
            out.append(groups ? ',' : ' ');
            i++;
          } else {
            out.append(c);
          }
        }
        default -> {
          boolean foreign = c > 127 && Character.isDigit(c);
          out.append(foreign ? (char) ('0' + Character.digit(c, 10)) : c);
        }
      }
    }
    return out.toString();
  }

  /** The first number, or null. */
  @Nullable Match first() {
    return next();
  }

  /** The last number, or null. */
  @Nullable Match last() {
    Match last = null;
    for (Match match = next(); match != null; match = next()) {
      last = match;
    }
    return last;
  }

  /**
   * A number found.
   *
   * @param value null where it has none, such as a division by zero
   * @param end index after it
   */
  record Match(@Nullable ExactNumber value, int start, int end) {}

  private @Nullable Match next() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\\' && fractionCommand(at) > 0) {
        int start = at;
        Match match = latexFraction(isNegative(at), "0", start);
        if (match != null) {
          at = match.end;
          return match;
        }
      } else if (startsNumber(at)) {
        Match match = number();
        at = match.end;
        return match;
      }
      at++;
    }
    return null;
  }

  /** A number that starts here, with the fraction it may be part of. */
  private Match number() {
    int start = at;
    negative = isNegative(start);
    int end = decimalEnd(start);
    String digits = plain(start, end);
    if (fractionCommand(end) > 0) {
      Match mixed = latexFraction(negative, digits, start);
      if (mixed != null) {
        return mixed;
      }
    }
    int bottom = denominator(end);
    if (bottom > 0) {
      int bottomEnd = decimalEnd(bottom);
      return new Match(
          ExactNumber.fraction(negative, digits, plain(bottom, bottomEnd)), start, bottomEnd);
    }
    if (digits.indexOf('.') < 0 && end < text.length() && text.charAt(end) == ' ') {
      Match mixed = mixed(digits, start, end + 1);
      if (mixed != null) {
        return mixed;
      }
    }
    int exponentEnd = exponentEnd(end);
    int exponent = exponentEnd > end ? Integer.parseInt(text.substring(end + 1, exponentEnd)) : 0;
    return new Match(ExactNumber.decimal(negative, digits, exponent), start, exponentEnd);
  }

  /** {@code 1 1/2}: a proper fraction of short integers after a whole number and one blank. */
  private @Nullable Match mixed(String whole, int start, int top) {
    if (!isDigit(text, top)) {
      return null;
    }
    int topEnd = decimalEnd(top);
    int bottom = topEnd < text.length() && text.charAt(topEnd) == '/' ? denominator(topEnd) : -1;
    if (bottom < 0) {
      return null;
    }
    int bottomEnd = decimalEnd(bottom);
    String numerator = plain(top, topEnd);
    String denominator = plain(bottom, bottomEnd);
    boolean proper =
        numerator.length() <= 4
            && denominator.length() <= 4
            && (numerator + denominator).indexOf('.') < 0
            && Integer.parseInt(numerator) < Integer.parseInt(denominator);
    return proper
        ? new Match(ExactNumber.mixed(negative, whole, numerator, denominator), start, bottomEnd)
        : null;
  }

  /** {@code \frac{1}{2}}, {@code \dfrac12}: plain numbers only, at most one per brace. */
  private @Nullable Match latexFraction(boolean minus, String whole, int start) {
    int command = start;
    while (text.charAt(command) != '\\') {
      command++;
    }
    int top = command + fractionCommand(command);
    int topEnd = argumentEnd(top);
    int bottomEnd = topEnd < 0 ? -1 : argumentEnd(topEnd);
    if (bottomEnd < 0) {
      return null;
    }
    String numerator = argument(top, topEnd);
    boolean inner = numerator.startsWith("-");
    return new Match(
        ExactNumber.mixed(
            minus ^ inner,
            whole,
            inner ? numerator.substring(1) : numerator,
            argument(topEnd, bottomEnd)),
        start,
        bottomEnd);
  }

  /** Length of a fraction command that starts here, 0 for none. */
  private int fractionCommand(int i) {
    for (String command : new String[] {"\\frac", "\\dfrac", "\\tfrac", "\\cfrac"}) {
      if (text.startsWith(command, i)) {
        return command.length();
      }
    }
    return 0;
  }

  /** Index after {@code {number}} or a single digit, or −1. */
  private int argumentEnd(int i) {
    if (isDigit(text, i)) {
      return i + 1;
    }
    if (i >= text.length() || text.charAt(i) != '{') {
      return -1;
    }
    int from = i + 1 < text.length() && text.charAt(i + 1) == '-' ? i + 2 : i + 1;
    if (!startsNumber(from)) {
      return -1;
    }
    int end = decimalEnd(from);
    return end < text.length() && text.charAt(end) == '}' ? end + 1 : -1;
  }

  private String argument(int from, int to) {
    return text.charAt(from) == '{' ? plain(from + 1, to - 1) : plain(from, to);
  }

  private String plain(int from, int to) {
    return text.substring(from, to).replace(",", "");
  }

  /** Whether a minus sign belongs to the number here: not the one of {@code 5-3} or {@code a-3}. */
  private boolean isNegative(int start) {
    int i = start - 1;
    while (i >= 0 && isCurrency(text.charAt(i))) {
      i--;
    }
    if (i >= 1 && text.charAt(i) == '\\' && i < start - 1) {
      i--;
    }
    if (i < 0 || text.charAt(i) != '-') {
      return false;
    }
    char before = i == 0 ? ' ' : text.charAt(i - 1);
    return !Character.isLetterOrDigit(before) && ")]}%-.".indexOf(before) < 0;
  }

  private static boolean isCurrency(char c) {
    return Character.getType(c) == Character.CURRENCY_SYMBOL;
  }

  private boolean startsNumber(int i) {
    return isDigit(text, i) || (i < text.length() && text.charAt(i) == '.' && isDigit(text, i + 1));
  }

  /** Index after the decimal that starts here: digits, thousands groups, one point. */
  private int decimalEnd(int start) {
    int i = start;
    while (isDigit(text, i)) {
      i++;
    }
    if (i > start && i - start <= 3) {
      while (i < text.length() && text.charAt(i) == ',' && isGroup(i + 1)) {
        i += 4;
      }
    }
    if (i < text.length() && text.charAt(i) == '.' && isDigit(text, i + 1)) {
      i++;
      while (isDigit(text, i)) {
        i++;
      }
    }
    return i;
  }

  private boolean isGroup(int i) {
    return isDigit(text, i)
        && isDigit(text, i + 1)
        && isDigit(text, i + 2)
        && !isDigit(text, i + 3);
  }

  /** Where the denominator starts if a slash follows, with at most one blank on each side. */
  private int denominator(int end) {
    int i = end;
    if (i < text.length() && text.charAt(i) == ' ') {
      i++;
    }
    if (i >= text.length() || text.charAt(i) != '/') {
      return -1;
    }
    i++;
    if (i < text.length() && text.charAt(i) == ' ') {
      i++;
    }
    return startsNumber(i) ? i : -1;
  }

  /** Index after {@code e6} or {@code E-3}, or the index given. */
  private int exponentEnd(int end) {
    if (end >= text.length() || "eE".indexOf(text.charAt(end)) < 0) {
      return end;
    }
    int i = end + 1;
    if (i < text.length() && "+-".indexOf(text.charAt(i)) >= 0) {
      i++;
    }
    int from = i;
    while (isDigit(text, i) && i - from < 4) {
      i++;
    }
    boolean word = i < text.length() && Character.isLetterOrDigit(text.charAt(i));
    return i > from && !word ? i : end;
  }

  private static boolean isDigit(String text, int i) {
    return i >= 0 && i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9';
  }
}
