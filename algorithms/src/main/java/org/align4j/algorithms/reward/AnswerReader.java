package org.align4j.algorithms.reward;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.align4j.algorithms.reward.Answer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The one grammar of answers, for references and responses alike: a number with its unit, or a
 * list, tuple, interval, set or range of answers, or a formula, or words. What is not a number from
 * its first to its last token is never one: a formula is compared as text.
 */
final class AnswerReader {

  private static final int MAX_LENGTH = 4000;
  private static final int MAX_DEPTH = 12;

  /** Label of the result of a calculation: 2 + 3 = 5. */
  private static final String WORKED = "=";

  private static final ImmutableSet<String> FUNCTIONS =
      ImmutableSet.of(
          "sin", "cos", "tan", "sec", "csc", "cot", "log", "ln", "exp", "mod", "max", "min", "gcd",
          "lcm");

  /** What may stand between the numbers of a sum that was worked out. */
  private static final ImmutableSet<String> ARITHMETIC =
      ImmutableSet.of(
          "+", "-", "*", "/", "(", ")", "{", "}", "^", "%", "\\div", "\\frac", "\\circ", "[", "]");

  private final ImmutableList<AnswerToken> tokens;
  private final NumberReader numbers;
  private final int[] closing;

  private AnswerReader(ImmutableList<AnswerToken> tokens, int[] closing) {
    this.tokens = tokens;
    this.numbers = new NumberReader(tokens);
    this.closing = closing;
  }

  /**
   * The answer a text is.
   *
   * @param text as {@link AnswerText} made it
   * @return null where there is nothing to read or its braces do not match
   */
  static @Nullable Answer read(String text) {
    return text.length() > MAX_LENGTH ? null : read(AnswerTokenizer.tokens(text));
  }

  static @Nullable Answer read(ImmutableList<AnswerToken> tokens) {
    int[] closing = closing(tokens);
    if (closing == null || tokens.stream().allMatch(t -> t.kind() == AnswerToken.Kind.SIGN)) {
      return null;
    }
    Answer answer = new AnswerReader(tokens, closing).answer(0, tokens.size(), 0);
    return answer != null && answer.label().equals(WORKED)
        ? new Answer(answer.kind(), answer.value(), "")
        : answer;
  }

  /** For each opening bracket the index of its closing one, else −1; null for unmatched braces. */
  private static int @Nullable [] closing(ImmutableList<AnswerToken> tokens) {
    int[] closing = new int[tokens.size()];
    List<Integer> open = new ArrayList<>();
    boolean matched = true;
    for (int i = 0; i < closing.length; i++) {
      closing[i] = -1;
      AnswerToken token = tokens.get(i);
      if (token.is("(") || token.is("[") || token.is("{") || token.is("\\{")) {
        open.add(i);
      } else if (token.is(")") || token.is("]") || token.is("}") || token.is("\\}")) {
        int last = open.isEmpty() ? -1 : open.remove(open.size() - 1);
        if (last < 0 || !pairs(tokens.get(last), token)) {
          if (token.is("}") || (last >= 0 && tokens.get(last).is("{"))) {
            return null;
          }
          matched = false;
        } else {
          closing[last] = i;
        }
      }
    }
    for (int i : open) {
      if (tokens.get(i).is("{")) {
        return null;
      }
      matched = false;
    }
    if (!matched) {
      // ]0,1[ and the like have no structure we know.
      java.util.Arrays.fill(closing, -1);
    }
    return closing;
  }

  private static boolean pairs(AnswerToken open, AnswerToken close) {
    if (open.is("{")) {
      return close.is("}");
    }
    return open.is("\\{") ? close.is("\\}") : close.is(")") || close.is("]");
  }

  private @Nullable Answer answer(int begin, int finish, int depth) {
    int from = begin;
    int to = finish;
    while (to > from && isEnd(tokens.get(to - 1))) {
      to--;
    }
    while (from < to && isBefore(tokens.get(from))) {
      from++;
    }
    if (from >= to || depth > MAX_DEPTH) {
      return null;
    }
    if (closing[from] == to - 1 && !is(from, "[") && !is(from, "\\{") && !is(to - 1, "]")) {
      Answer inner = answer(from + 1, to - 1, depth + 1);
      return inner == null
              || is(from, "{")
              || inner.kind() != Kind.LIST
              || isEnclosed(from + 1, to - 1)
          ? inner
          : tuple(from, to, inner);
    }
    List<int[]> elements = elements(from, to);
    if (elements.size() > 1) {
      return list(elements, from, to, depth);
    }
    if (closing[from] == to - 1) {
      return bracketed(from, to, depth);
    }
    Answer equation = equation(from, to, depth);
    return equation != null ? equation : value(from, to);
  }

  /** Whether these tokens are one bracketed whole. */
  private boolean isEnclosed(int from, int to) {
    return closing[from] == to - 1;
  }

  private static Answer tuple(int from, int to, Answer inner) {
    return new Answer(Kind.LIST, "(" + inner.value() + ")", inner.label());
  }

  /** {@code [a,b)}, {@code {a,b}}: the brackets belong to the answer, the order of a set not. */
  private Answer bracketed(int from, int to, int depth) {
    String open = tokens.get(from).text();
    String close = tokens.get(to - 1).text();
    List<String> values = new ArrayList<>();
    for (int[] range : elements(from + 1, to - 1)) {
      Answer element = answer(range[0], range[1], depth + 1);
      if (element == null || element.kind() == Kind.PROSE) {
        return formula(from, to);
      }
      values.add(element.value());
    }
    if (values.isEmpty()) {
      return new Answer(Kind.LIST, open.equals("\\{") ? "\\emptyset" : open + close, "");
    }
    if (open.equals("\\{")) {
      Collections.sort(values);
      return new Answer(Kind.LIST, "{" + String.join(",", values) + "}", "");
    }
    return new Answer(Kind.LIST, open + String.join(",", values) + close, "");
  }

  /** What commas, semicolons, "and" and "or" divide, none of it empty. */
  private List<int[]> elements(int from, int to) {
    List<int[]> elements = new ArrayList<>();
    int start = from;
    for (int i = from; i <= to; i++) {
      if (i < to && closing[i] >= 0) {
        i = closing[i];
      } else if (i == to || isDivider(tokens.get(i))) {
        if (i > start) {
          elements.add(new int[] {start, i});
        }
        start = i + 1;
      }
    }
    return elements;
  }

  private static boolean isDivider(AnswerToken token) {
    String word = AnswerWords.lower(token.text());
    return token.is(",")
        || token.is(";")
        || (token.isWord() && (word.equals("and") || word.equals("or")));
  }

  private Answer list(List<int[]> elements, int from, int to, int depth) {
    int[] end = elements.get(elements.size() - 1);
    if (AnswerWords.OR_BOUNDS.contains(AnswerWords.lower(tokens.get(end[0]).text()))
        && numbers.signed(from, to) != null) {
      return new Answer(Kind.FORMULA, formula(from, to).value(), "");
    }
    List<Answer> answers = new ArrayList<>();
    boolean oneLabel = true;
    for (int[] range : elements) {
      Answer element = answer(range[0], range[1], depth + 1);
      if (element == null || element.kind() == Kind.PROSE || element.label().equals(WORKED)) {
        return new Answer(Kind.PROSE, formula(from, to).value(), "");
      }
      answers.add(element);
      oneLabel &= element.label().isEmpty() || element.label().equals(answers.get(0).label());
    }
    boolean words =
        answers.stream().anyMatch(a -> a.kind() == Kind.WORDS && a.value().length() > 1);
    String label = oneLabel ? answers.get(0).label() : "";
    StringBuilder value = new StringBuilder();
    for (Answer element : answers) {
      value.append(value.isEmpty() ? "" : ",");
      value.append(oneLabel || element.label().isEmpty() ? "" : element.label() + "=");
      value.append(element.value());
    }
    return new Answer(words ? Kind.PROSE : Kind.LIST, value.toString(), label);
  }

  /**
   * {@code x = 5} and {@code 2 + 3 = 5} are 5; {@code 2x + 3 = 5} is an equation. An approximation
   * of a value that stands before it is not read.
   */
  private @Nullable Answer equation(int from, int to, int depth) {
    List<int[]> parts = new ArrayList<>();
    int start = from;
    int end = to;
    for (int i = from; i < to; i++) {
      if (closing[i] >= 0) {
        i = closing[i];
      } else if (is(i, "\\approx") && i > start && !isLabel(start, i)) {
        end = i;
        break;
      } else if (is(i, "=") || is(i, "\\in") || is(i, "\\approx")) {
        parts.add(new int[] {start, i});
        start = i + 1;
      }
    }
    if (parts.isEmpty() && end == to) {
      return null;
    }
    Answer value = answer(start, end, depth + 1);
    if (value == null || value.kind() == Kind.PROSE) {
      return formula(from, to);
    }
    String label = "";
    for (int i = 0; i < parts.size(); i++) {
      int[] part = parts.get(i);
      if (part[0] == part[1]) {
        continue;
      }
      boolean named = isLabel(part[0], part[1]);
      if (i == 0 && named) {
        label = label(part[0], part[1]);
      } else if (!named && !(value.kind() == Kind.NUMBER && isArithmetic(part[0], part[1]))) {
        return formula(from, to);
      } else if (!named) {
        label = label.isEmpty() ? WORKED : label;
      }
    }
    return value.labelled(label);
  }

  /** A variable, a function of one, a tuple of them, a name in words. */
  private boolean isLabel(int from, int to) {
    int letters = 0;
    for (int i = from; i < to; i++) {
      AnswerToken token = tokens.get(i);
      boolean subscript =
          token.isNumber() && i > from && (is(i - 1, "_") || is(i - 1, "{") || is(i - 1, "("));
      boolean bracket = closing[from] == to - 1 || (i > from && !is(from, "("));
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
          && !(token.kind() == AnswerToken.Kind.COMMAND && isName(token.text()))) {
        return false;
      }
    }
    return letters <= 1 || is(from, "(") || hasSign(from, to, "(") || hasLongWord(from, to);
  }

  private boolean hasSign(int from, int to, String sign) {
    for (int i = from; i < to; i++) {
      if (is(i, sign)) {
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

  private static boolean isName(String command) {
    return ImmutableSet.of(
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
            "\\overline")
        .contains(command);
  }

  /** The variables of a label, blanks left out; words say nothing. */
  private String label(int from, int to) {
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
  private boolean isArithmetic(int from, int to) {
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

  /** A number with its unit, a range, a time of the day, else a formula or words. */
  private Answer value(int from, int to) {
    AnswerToken last = tokens.get(to - 1);
    if (to - from > 1 && last.isWord() && (last.text().equals("am") || last.text().equals("pm"))) {
      Answer time = value(from, to - 1);
      return time.isPlain() ? time.labelled(last.text()) : formula(from, to);
    }
    int start = from;
    if (to - from > 1
        && tokens.get(from).isWord()
        && AnswerWords.isCurrency(tokens.get(from).text())) {
      start += is(from + 1, ".") ? 2 : 1;
    }
    String sign = AnswerWords.lower(tokens.get(start).text());
    boolean minus = start < to - 1 && (sign.equals("negative") || sign.equals("minus"));
    NumberReader.Read read = numbers.signed(minus ? start + 1 : start, to);
    if (read != null && read.end() < to) {
      AnswerToken next = tokens.get(read.end());
      if (next.isWord() && AnswerWords.lower(next.text()).equals("to")) {
        return range(from, read.end() + 1, to);
      }
    }
    ExactNumber number = read == null ? null : withUnit(read, to);
    if (number != null) {
      return new Answer(Kind.NUMBER, (minus ? number.negated() : number).text(), "");
    }
    Answer formula = formula(from, to);
    return isBound(from, to) || isCompound(from, to)
        ? new Answer(Kind.FORMULA, formula.value(), "")
        : formula;
  }

  /** "At least 5": words of a bound right before a number. */
  private boolean isBound(int from, int to) {
    int i = from;
    while (i < to && i - from < 3 && tokens.get(i).isLongWord()) {
      i++;
    }
    boolean number = i > from && i < to && numbers.signed(i, to) != null;
    return number
            && AnswerWords.BOUNDS.contains(
                AnswerWords.lower(tokens.get(from + (i - from > 1 ? 1 : 0)).text()))
        || number && AnswerWords.BOUNDS.contains(AnswerWords.lower(tokens.get(from).text()));
  }

  /** "3 hours 20 minutes": several numbers, each with a unit. */
  private boolean isCompound(int from, int to) {
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

  private Answer range(int from, int second, int to) {
    Answer low = second < to ? value(from, second - 1) : formula(from, to);
    Answer high = second < to ? value(second, to) : low;
    return low.kind() == Kind.NUMBER && high.kind() == Kind.NUMBER
        ? new Answer(Kind.LIST, low.value() + " to " + high.value(), "")
        : formula(from, to);
  }

  /** The number, times the scale it is given in; null where what follows is no unit. */
  private @Nullable ExactNumber withUnit(NumberReader.Read read, int to) {
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
      } else if (token.is("(") && closing[i] > 0 && closing[i] < to && isWords(i + 1, closing[i])) {
        i = closing[i] + 1;
        unit = true;
      } else {
        return null;
      }
    }
    return number;
  }

  /** Index after a small whole power of a unit: the 2 of cm². */
  private int unitPower(int i, int to) {
    if (i + 1 >= to || !is(i, "^")) {
      return i;
    }
    int at = i + 1;
    boolean brace = is(at, "{");
    at += brace ? 1 : 0;
    at += at < to && is(at, "-") ? 1 : 0;
    boolean small = at < to && tokens.get(at).isNumber() && tokens.get(at).text().length() == 1;
    at++;
    return small && (!brace || (at < to && is(at, "}"))) ? at + (brace ? 1 : 0) : i;
  }

  private int degree(int i, int to) {
    if (i + 1 < to && is(i, "^")) {
      if (is(i + 1, "\\circ")) {
        return i + 2;
      }
      if (i + 3 < to && is(i + 1, "{") && is(i + 2, "\\circ") && is(i + 3, "}")) {
        return i + 4;
      }
    }
    return i;
  }

  /** 18th, {@code 18^{th}}. */
  private int ordinal(int i, int to) {
    int at = i < to && is(i, "^") ? i + 1 : i;
    boolean brace = at > i && at < to && is(at, "{");
    at += brace ? 1 : 0;
    boolean found =
        at < to
            && tokens.get(at).isWord()
            && (at > i || !tokens.get(at).blank() || tokens.get(at).roman())
            && AnswerWords.ORDINALS.contains(tokens.get(at).text());
    if (!found || (brace && !(at + 1 < to && is(at + 1, "}")))) {
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

  /**
   * Text of anything: letter by letter, but for blanks, braces around one token and the case of
   * words.
   */
  private Answer formula(int from, int to) {
    StringBuilder value = new StringBuilder();
    boolean prose = false;
    boolean sign = false;
    for (int i = from; i < to; i++) {
      AnswerToken token = tokens.get(i);
      if (token.is("{") && closing[i] == i + 2) {
        continue;
      }
      if (token.is("}") && i >= 2 && closing[i - 2] == i) {
        continue;
      }
      String piece = token.text();
      if (token.isNumber()) {
        ExactNumber number = ExactNumber.of(piece);
        piece = number == null ? piece : number.text();
      } else if (token.is("\\frac")) {
        NumberReader.Read read = numbers.signed(i, to);
        if (read != null && read.end() <= to) {
          piece = read.value().text();
          i = read.end() - 1;
        }
      } else if (token.isLongWord()) {
        // AB is a segment and ab a product; Evelyn is a name.
        piece = piece.length() > 2 || piece.equals("No") ? AnswerWords.lower(piece) : piece;
        prose |= !FUNCTIONS.contains(piece);
      }
      sign |= !token.isWord();
      value.append(value.isEmpty() ? "" : " ").append(piece);
    }
    Kind kind = !sign ? Kind.WORDS : prose ? Kind.PROSE : Kind.FORMULA;
    return new Answer(kind, value.toString(), "");
  }

  private boolean is(int i, String sign) {
    return i < tokens.size() && tokens.get(i).is(sign);
  }

  private static boolean isBefore(AnswerToken token) {
    return token.is("=") || token.is(":") || token.is("\\\\") || token.is("\"") || token.is("*");
  }

  private static boolean isEnd(AnswerToken token) {
    return token.is("*")
        || token.is(".")
        || token.is(",")
        || token.is(";")
        || token.is(":")
        || token.is("\\\\")
        || token.is("\"");
  }
}
