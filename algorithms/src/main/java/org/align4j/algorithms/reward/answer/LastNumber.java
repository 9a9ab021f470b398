package org.align4j.algorithms.reward.answer;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.jspecify.annotations.Nullable;

/**
 * The last number of running text, or the formula it belongs to: "so it is 2x + 3" states a formula
 * and not 3.
 */
final class LastNumber {

  private static final int WINDOW = 2000;

  private static final ImmutableSet<String> STOPS =
      ImmutableSet.of(
          ",", ";", ":", ".", "?", "!", "\"", "|", "&", "#", "@", "'", "\\\\", "\\ldots");

  private static final ImmutableSet<String> EQUALS =
      ImmutableSet.of("is", "are", "was", "be", "equals", "get", "gives", "make", "makes");

  private final ImmutableList<AnswerToken> tokens;

  private LastNumber(ImmutableList<AnswerToken> tokens) {
    this.tokens = tokens;
  }

  /** Reads the last line that has a number; each line is looked at once. */
  static @Nullable Answer of(String text) {
    int end = text.length();
    while (end > 0) {
      int digit = end - 1;
      while (digit >= 0 && (text.charAt(digit) < '0' || text.charAt(digit) > '9')) {
        digit--;
      }
      if (digit < 0) {
        return null;
      }
      int start = Math.max(text.lastIndexOf('\n', digit) + 1, digit - WINDOW);
      int newline = text.indexOf('\n', digit);
      int stop = Math.min(newline < 0 ? text.length() : newline, digit + WINDOW);
      LastNumber line = new LastNumber(AnswerTokenizer.tokens(text.substring(start, stop)));
      int at = line.last();
      if (at >= 0) {
        return line.around(at);
      }
      end = start;
    }
    return null;
  }

  /** Index of the last number that is not part of a name such as H2O, or −1. */
  private int last() {
    for (int i = tokens.size() - 1; i >= 0; i--) {
      boolean name = i > 0 && tokens.get(i - 1).isWord() && !tokens.get(i).blank();
      if (tokens.get(i).isNumber() && !name) {
        return i;
      }
    }
    return -1;
  }

  private @Nullable Answer around(int number) {
    int matrix = matrixEnd(number);
    if (matrix > 0) {
      int begin = matrixBegin(number, matrix);
      return begin < 0 ? null : AnswerReader.read(tokens.subList(begin, matrix + 1));
    }
    int from = number;
    int to = number + 1;
    int open = bracket(number);
    if (open >= 0) {
      from = open;
      to = closing(number);
    }
    while (from > 0 && goesOnLeft(from)) {
      from--;
    }
    while (to < tokens.size() && goesOnRight(from, to)) {
      to++;
    }
    while (from < number && from != open && !opensHere(from, to)) {
      from++;
    }
    return AnswerReader.read(tokens.subList(isNegated(from) ? from - 1 : from, to));
  }

  /**
   * Whether "negative" or "minus" makes a sign before this token, with nothing to subtract from.
   */
  private boolean isNegated(int from) {
    String word = from == 0 ? "" : AnswerWords.lower(tokens.get(from - 1).text());
    return word.equals("negative")
        || (word.equals("minus") && (from == 1 || !tokens.get(from - 2).isNumber()));
  }

  /** Index of the end of a matrix that the number stands in, or −1. */
  private int matrixEnd(int number) {
    for (int i = number + 1; i < tokens.size() && !tokens.get(i).isLongWord(); i++) {
      if (tokens.get(i).text().startsWith("\\end")) {
        String name = tokens.get(i).text();
        return name.contains("matrix") || name.contains("array") ? i : -1;
      }
    }
    return -1;
  }

  private int matrixBegin(int number, int end) {
    String begin = tokens.get(end).text().replace("\\end", "\\begin");
    int i = number;
    while (i >= 0 && !tokens.get(i).text().equals(begin)) {
      i--;
    }
    return i;
  }

  /** Where a tuple, interval or set of formulas opens that the number stands in, or −1. */
  private int bracket(int number) {
    int level = 0;
    boolean comma = false;
    for (int i = number - 1; i >= 0 && isFormula(tokens.get(i)); i--) {
      level += closes(tokens.get(i)) ? 1 : opens(tokens.get(i)) ? -1 : 0;
      comma |= level == 0 && (tokens.get(i).is(",") || tokens.get(i).is(";"));
      if (level < 0 && !tokens.get(i).is("{")) {
        return comma && closing(number) > 0 ? i : -1;
      }
      level = Math.max(level, 0);
    }
    return -1;
  }

  /** Index after the bracket that closes around the number, or −1. */
  private int closing(int number) {
    int level = 0;
    for (int i = number + 1; i < tokens.size() && isFormula(tokens.get(i)); i++) {
      level += opens(tokens.get(i)) ? 1 : closes(tokens.get(i)) ? -1 : 0;
      if (level < 0 && !tokens.get(i).is("}")) {
        return i + 1;
      }
      level = Math.max(level, 0);
    }
    return -1;
  }

  private static boolean isFormula(AnswerToken token) {
    return !token.isLongWord() && (!STOPS.contains(token.text()) || token.is(",") || token.is(";"));
  }

  /** Whether the token before belongs to the same formula. */
  private boolean goesOnLeft(int at) {
    AnswerToken here = tokens.get(at);
    AnswerToken before = tokens.get(at - 1);
    if (before.isNumber()) {
      boolean mixed = at + 1 < tokens.size() && tokens.get(at + 1).is("/");
      return !here.isNumber() || mixed;
    }
    if (before.isWord()) {
      if (AnswerWords.OPERATORS.contains(AnswerWords.lower(before.text()))) {
        return at >= 2 && tokens.get(at - 2).isNumber();
      }
      boolean sign = !here.isNumber() && !here.isWord() && !here.is("(");
      boolean attached = !here.blank() && (here.is("(") || here.is("^") || here.is("_"));
      return !before.isLongWord() && !before.roman() && (sign || attached);
    }
    if (before.is(",") || before.is(":")) {
      return !before.blank() && !here.blank() && at >= 2 && tokens.get(at - 2).isNumber();
    }
    return !STOPS.contains(before.text()) && !before.text().startsWith("\\begin");
  }

  /** Whether the token after the last number or what belongs to it does so too. */
  private boolean goesOnRight(int from, int at) {
    AnswerToken here = tokens.get(at);
    AnswerToken before = tokens.get(at - 1);
    AnswerToken next = at + 1 < tokens.size() ? tokens.get(at + 1) : null;
    if (here.isWord()) {
      if (here.isLongWord()) {
        return before.isNumber()
            && (AnswerWords.changesNumber(here.text())
                || here.text().equals("am")
                || here.text().equals("pm")
                || (!here.blank()
                    && here.text().length() == 2
                    && !AnswerWords.isUnit(here)
                    && !AnswerWords.ORDINALS.contains(here.text())));
      }
      boolean article = here.blank() && "aAI".contains(here.text());
      return !article && !AnswerWords.isUnit(here);
    }
    if (here.is(")") || here.is("]") || here.is("}") || here.is("\\}")) {
      return isOpen(from, at);
    }
    if (here.is("\\ldots")) {
      return before.isNumber() && before.text().contains(".");
    }
    if (STOPS.contains(here.text()) || here.is("=") || here.is("%")) {
      return false;
    }
    if (here.text().startsWith("\\end")) {
      return false;
    }
    if (here.kind() == AnswerToken.Kind.COMMAND || here.is("^") || here.is("_")) {
      return true;
    }
    if (here.is("+")) {
      return next == null || next.isNumber() || !next.isLongWord();
    }
    if (next == null || next.isLongWord() || (here.is("-") && next.blank() && !here.blank())) {
      return false;
    }
    return next.isWord()
        ? !"aAI".contains(next.text()) && !next.roman()
        : next.kind() == AnswerToken.Kind.COMMAND || next.is("(");
  }

  /** Whether a bracket is open before this token. */
  private boolean isOpen(int from, int at) {
    int level = 0;
    for (int i = from; i < at; i++) {
      level += opens(tokens.get(i)) ? 1 : closes(tokens.get(i)) ? -1 : 0;
    }
    return level > 0;
  }

  private static boolean opens(AnswerToken token) {
    return token.is("(") || token.is("[") || token.is("{") || token.is("\\{");
  }

  private static boolean closes(AnswerToken token) {
    return token.is(")") || token.is("]") || token.is("}") || token.is("\\}");
  }

  /** Whether a formula can start with this token. */
  private boolean opensHere(int from, int to) {
    AnswerToken first = tokens.get(from);
    if (opens(first)) {
      int level = 0;
      for (int i = from; i < to; i++) {
        level += opens(tokens.get(i)) ? 1 : closes(tokens.get(i)) ? -1 : 0;
        if (level == 0) {
          return true;
        }
      }
      return false;
    }
    if (first.is("-")) {
      return isMinus(from);
    }
    return first.kind() != AnswerToken.Kind.SIGN || first.is("|");
  }

  /** Whether this dash is a sign: not that of COVID-19, of a bullet, of "total - 7". */
  private boolean isMinus(int at) {
    AnswerToken before = at == 0 ? null : tokens.get(at - 1);
    boolean apart = at + 1 < tokens.size() && tokens.get(at + 1).blank();
    if (apart) {
      return before != null && EQUALS.contains(before.text());
    }
    return before == null || tokens.get(at).blank() || !before.isWord();
  }
}
