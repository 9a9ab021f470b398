package org.align4j.algorithms.reward.answer;

/**
 * Reads the digits of a number with the separators of its thousands, a decimal point and an
 * exponent: {@code 1,234.5}, {@code 12,34,567}, {@code 1 000}, {@code 2.5e3}.
 */
final class DigitReader {

  private final String text;
  private final int at;
  private final boolean bracketed;
  private final boolean spacedCommas;
  private final StringBuilder digits = new StringBuilder();
  private int end;

  private DigitReader(String text, int at, boolean bracketed, boolean spacedCommas) {
    this.text = text;
    this.at = at;
    this.bracketed = bracketed;
    this.spacedCommas = spacedCommas;
  }

  /**
   * Reads the number that starts at an index.
   *
   * @param bracketed whether it stands in brackets, where a comma divides elements
   * @param spacedCommas whether a blank follows the commas that divide elements
   */
  static DigitReader read(String text, int at, boolean bracketed, boolean spacedCommas) {
    DigitReader reader = new DigitReader(text, at, bracketed, spacedCommas);
    reader.read();
    return reader;
  }

  /** Digits with at most one point and one exponent, without separators. */
  String digits() {
    return digits.toString();
  }

  /** Index after the number. */
  int end() {
    return end;
  }

  private void read() {
    end = wholeEnd();
    if (end < text.length() && text.charAt(end) == '.' && isDigit(end + 1)) {
      digits.append('.');
      end++;
      while (isDigit(end)) {
        digits.append(text.charAt(end++));
      }
    }
    end = exponentEnd();
  }

  /** Index after the digits before the point, which are added without their separators. */
  private int wholeEnd() {
    int first = digitsEnd(at);
    boolean leads = first > at && first - at <= 3 && text.charAt(at) != '0';
    int stop = leads ? groupsEnd(first) : first;
    for (int i = at; i < stop; i++) {
      if (isDigit(i)) {
        digits.append(text.charAt(i));
      }
    }
    return stop;
  }

  /** Index after groups of three digits, or of two and at last three as in India; or the index. */
  private int groupsEnd(int first) {
    char separator = first < text.length() ? text.charAt(first) : '0';
    boolean groups =
        switch (separator) {
          // (1,234) is a pair; (1,234, 5) has a comma and a blank between its elements.
          case ',' -> !bracketed || spacedCommas;
          case AnswerText.GROUP, AnswerText.THIN, ' ', '\'' -> true;
          default -> false;
        };
    if (!groups) {
      return first;
    }
    int end = first;
    int last = 0;
    boolean threes = true;
    boolean twos = first - at <= 2;
    while (isSeparator(end, separator) && isDigit(end + 1)) {
      int next = digitsEnd(end + 1);
      if (last > 0) {
        twos &= last == 2;
      }
      last = next - end - 1;
      if (separator != ',' && separator != AnswerText.GROUP && last != 3) {
        break;
      }
      threes &= last == 3;
      end = next;
    }
    if (separator == ' ' && end < text.length() && text.charAt(end) == '/') {
      return first;
    }
    return end > first && (threes || (twos && last == 3 && separator != ' ')) ? end : first;
  }

  /** Whether a separator like the first one of a number stands here. */
  private boolean isSeparator(int i, char first) {
    if (i >= text.length()) {
      return false;
    }
    char c = text.charAt(i);
    return c == first
        || (c == AnswerText.GROUP && first == ',')
        || (c == ',' && first == AnswerText.GROUP && !bracketed);
  }

  private int exponentEnd() {
    if (end >= text.length() || "eE".indexOf(text.charAt(end)) < 0) {
      return end;
    }
    int i = end + 1;
    boolean signed = i < text.length() && "+-".indexOf(text.charAt(i)) >= 0;
    i += signed ? 1 : 0;
    int to = digitsEnd(i);
    boolean word = to < text.length() && Character.isLetter(text.charAt(to));
    if (to == i || to - i > 4 || word) {
      return end;
    }
    digits.append('e').append(signed && text.charAt(end + 1) == '-' ? "-" : "");
    digits.append(text, i, to);
    return to;
  }

  private int digitsEnd(int from) {
    int i = from;
    while (isDigit(i)) {
      i++;
    }
    return i;
  }

  private boolean isDigit(int i) {
    return i >= 0 && i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9';
  }
}
