package org.align4j.algorithms.reward.answer;

import org.jspecify.annotations.Nullable;

/** Reads what stands around a number: its unit, a scale such as million, or words of a bound. */
final class UnitReader {

  private final AnswerTokens tokens;
  private final NumberReader numbers;

  UnitReader(AnswerTokens tokens, NumberReader numbers) {
    this.tokens = tokens;
    this.numbers = numbers;
  }

  /** The number, times the scale it is given in; null where what follows is no unit. */
  @Nullable ExactNumber withUnit(NumberReader.Read read, int to) {
    ExactNumber number = read.value();
    int i = read.end();
    boolean unit = false;
    while (i < to) {
      AnswerToken token = tokens.get(i);
      Integer scale =
          token.isWord() ? AnswerWords.SCALES.get(AnswerWords.lower(token.text())) : null;
      if (scale != null && !unit && number != null) {
        number = number.timesTenTo(scale);
        i++;
      } else if (degree(i, to) > i) {
        i = degree(i, to);
        i +=
            i < to && (tokens.get(i).text().equals("C") || tokens.get(i).text().equals("F"))
                ? 1
                : 0;
        unit = true;
      } else if (token.is("%") && !unit) {
        i++;
        unit = true;
      } else if (ordinal(i, to) > i && !unit) {
        i = ordinal(i, to);
        unit = true;
      } else if (token.isWord() && AnswerWords.isUnit(token)) {
        i = unitPower(i + 1, to);
        unit = true;
      } else if (unit
          && (token.is("/") || token.is("*") || token.is("-") || token.is("."))
          && i + 1 < to
          && tokens.get(i + 1).isWord()) {
        i++;
        if (tokens.get(i).text().length() == 1) {
          i = unitPower(i + 1, to);
        }
      } else if (token.is("/")
          && i + 1 < to
          && tokens.get(i + 1).isWord()
          && AnswerWords.isUnit(tokens.get(i + 1))) {
        i++;
      } else if (token.is("(")
          && tokens.closing(i) > 0
          && tokens.closing(i) < to
          && isWords(i + 1, tokens.closing(i))) {
        i = tokens.closing(i) + 1;
        unit = true;
      } else {
        return null;
      }
    }
    return number;
  }

  /** Index after a small whole power of a unit: the 2 of cm². */
  private int unitPower(int i, int to) {
    if (i + 1 >= to || !tokens.is(i, "^")) {
      return i;
    }
    int at = i + 1;
    boolean brace = tokens.is(at, "{");
    at += brace ? 1 : 0;
    at += at < to && tokens.is(at, "-") ? 1 : 0;
    boolean small = at < to && tokens.get(at).isNumber() && tokens.get(at).text().length() == 1;
    at++;
    return small && (!brace || (at < to && tokens.is(at, "}"))) ? at + (brace ? 1 : 0) : i;
  }

  private int degree(int i, int to) {
    if (i + 1 < to && tokens.is(i, "^")) {
      if (tokens.is(i + 1, "\\circ")) {
        return i + 2;
      }
      if (i + 3 < to
          && tokens.is(i + 1, "{")
          && tokens.is(i + 2, "\\circ")
          && tokens.is(i + 3, "}")) {
        return i + 4;
      }
    }
    return i;
  }

  /** 18th, {@code 18^{th}}. */
  private int ordinal(int i, int to) {
    int at = i < to && tokens.is(i, "^") ? i + 1 : i;
    boolean brace = at > i && at < to && tokens.is(at, "{");
    at += brace ? 1 : 0;
    boolean found =
        at < to
            && tokens.get(at).isWord()
            && (at > i || !tokens.get(at).blank() || tokens.get(at).roman())
            && AnswerWords.ORDINALS.contains(tokens.get(at).text());
    if (!found || (brace && !(at + 1 < to && tokens.is(at + 1, "}")))) {
      return i;
    }
    return at + (brace ? 2 : 1);
  }

  private boolean isWords(int from, int to) {
    for (int i = from; i < to; i++) {
      AnswerToken token = tokens.get(i);
      if (!token.isWord() && !token.is("-") && !token.is("'") && !token.is(".")) {
        return false;
      }
    }
    return from < to
        && (to - from > 1 || tokens.get(from).isLongWord() || tokens.get(from).roman());
  }

  /** "At least 5": words of a bound right before a number. */
  boolean isBound(int from, int to) {
    int i = from;
    while (i < to && i - from < 3 && tokens.get(i).isLongWord()) {
      i++;
    }
    if (i == from || i == to || numbers.signed(i, to) == null) {
      return false;
    }
    String first = AnswerWords.lower(tokens.get(from).text());
    String second = AnswerWords.lower(tokens.get(from + 1).text());
    return AnswerWords.BOUNDS.contains(first)
        || (first.equals("at") && (second.equals("least") || second.equals("most")));
  }

  /** "5 plus 3", "10 divided by 2": a calculation in words that was not worked out. */
  boolean isCalculation(int from, int to) {
    int at = from;
    for (int parts = 0; at < to; parts++) {
      NumberReader.Read read = numbers.signed(at, to);
      if (read == null || read.end() == to) {
        return read != null && parts > 0;
      }
      at = read.end();
      int word = at;
      while (at < to && AnswerWords.OPERATORS.contains(AnswerWords.lower(tokens.get(at).text()))) {
        at++;
      }
      if (at == word) {
        return false;
      }
    }
    return false;
  }

  /** "3 hours 20 minutes": several numbers, each with a unit. */
  boolean isCompound(int from, int to) {
    int i = from;
    int parts = 0;
    while (i < to) {
      NumberReader.Read read = numbers.signed(i, to);
      if (read == null) {
        return false;
      }
      i = read.end();
      int unit = i;
      while (i < to && tokens.get(i).isWord() && AnswerWords.isUnit(tokens.get(i))) {
        i++;
      }
      if (i == unit) {
        return false;
      }
      parts++;
    }
    return parts > 1;
  }
}
