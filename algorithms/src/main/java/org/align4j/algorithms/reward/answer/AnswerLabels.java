package org.align4j.algorithms.reward.answer;

import com.google.common.collect.ImmutableSet;

/** What stands on the left of an equals sign: a name, a calculation, or a side of an equation. */
final class AnswerLabels {

  /** What may stand between the numbers of a sum that was worked out. */
  private static final ImmutableSet<String> ARITHMETIC =
      ImmutableSet.of(
          "+", "-", "*", "/", "(", ")", "{", "}", "^", "%", "\\div", "\\frac", "\\circ", "[", "]");

  private static final ImmutableSet<String> NAMES =
      ImmutableSet.of(
          "\\angle",
          "\\alpha",
          "\\beta",
          "\\gamma",
          "\\delta",
          "\\epsilon",
          "\\theta",
          "\\lambda",
          "\\mu",
          "\\phi",
          "\\rho",
          "\\sigma",
          "\\tau",
          "\\omega",
          "\\triangle",
          "\\overline");

  private final AnswerTokens tokens;

  AnswerLabels(AnswerTokens tokens) {
    this.tokens = tokens;
  }

  /** A variable, a function of one, a tuple of them, a name in words. */
  boolean isLabel(int from, int to) {
    int letters = 0;
    for (int i = from; i < to; i++) {
      AnswerToken token = tokens.get(i);
      boolean subscript =
          token.isNumber()
              && i > from
              && (tokens.is(i - 1, "_") || tokens.is(i - 1, "{") || tokens.is(i - 1, "("));
      boolean bracket = tokens.closing(from) == to - 1 || (i > from && !tokens.is(from, "("));
      if (token.isWord()) {
        letters += token.isLongWord() ? 0 : 1;
      } else if (token.is("(") || token.is(")") || token.is(",")) {
        if (!bracket) {
          return false;
        }
      } else if (!subscript
          && !token.is("_")
          && !token.is("{")
          && !token.is("}")
          && !token.is("'")
          && !token.is(":")
          && !(token.kind() == AnswerToken.Kind.COMMAND && NAMES.contains(token.text()))) {
        return false;
      }
    }
    return letters <= 1 || tokens.is(from, "(") || hasSign(from, to, "(") || hasLongWord(from, to);
  }

  private boolean hasSign(int from, int to, String sign) {
    for (int i = from; i < to; i++) {
      if (tokens.is(i, sign)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasLongWord(int from, int to) {
    for (int i = from; i < to; i++) {
      if (tokens.get(i).isLongWord()) {
        return true;
      }
    }
    return false;
  }

  /** The variables of a label, blanks left out; words say nothing. */
  String label(int from, int to) {
    StringBuilder name = new StringBuilder();
    for (int i = from; i < to; i++) {
      AnswerToken token = tokens.get(i);
      if (token.isLongWord() || token.is(":")) {
        return "";
      }
      if (!token.is("{") && !token.is("}")) {
        name.append(token.text());
      }
    }
    return name.toString();
  }

  /** Numbers and signs of arithmetic, things counted among them: no variable. */
  boolean isArithmetic(int from, int to) {
    for (int i = from; i < to; i++) {
      AnswerToken token = tokens.get(i);
      boolean times =
          token.isWord()
              && token.text().equals("x")
              && i > from
              && i + 1 < to
              && tokens.get(i - 1).isNumber()
              && tokens.get(i + 1).isNumber();
      if (!token.isNumber()
          && !token.isLongWord()
          && !times
          && !ARITHMETIC.contains(token.text())) {
        return false;
      }
    }
    return true;
  }
}
