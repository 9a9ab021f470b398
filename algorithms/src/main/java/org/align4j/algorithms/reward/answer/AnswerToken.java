package org.align4j.algorithms.reward.answer;

/**
 * A piece of an answer.
 *
 * @param kind what it is
 * @param text digits without separators, a word, a sign, or a command with its backslash
 * @param blank whether a blank stands before it
 * @param roman whether it stands in a command for upright text, where letters are no variables
 */
record AnswerToken(Kind kind, String text, boolean blank, boolean roman) {

  /** What a token is. */
  enum Kind {
    NUMBER,
    WORD,
    SIGN,
    COMMAND
  }

  boolean is(String sign) {
    return text.equals(sign) && (kind == Kind.SIGN || kind == Kind.COMMAND);
  }

  boolean isNumber() {
    return kind == Kind.NUMBER;
  }

  boolean isWord() {
    return kind == Kind.WORD;
  }

  /** Whether it is a word as sentences have them, not a variable. */
  boolean isLongWord() {
    return kind == Kind.WORD && text.length() > 1;
  }
}
