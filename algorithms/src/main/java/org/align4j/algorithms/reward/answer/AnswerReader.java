package org.align4j.algorithms.reward.answer;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.align4j.algorithms.reward.answer.Answer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The one grammar of answers, for references and responses alike: a number with its unit, or a
 * list, tuple, interval, set or range of answers, or a formula, or words. What is not a number from
 * its first to its last token is never one: a formula is compared as text.
 */
public final class AnswerReader {

  private static final int MAX_LENGTH = 4000;
  private static final int MAX_DEPTH = 12;

  /** Label of the result of a calculation: 2 + 3 = 5. */
  private static final String WORKED = "=";

  private static final ImmutableSet<String> FUNCTIONS =
      ImmutableSet.of(
          "sin", "cos", "tan", "sec", "csc", "cot", "log", "ln", "exp", "mod", "max", "min", "gcd",
          "lcm");

  private final AnswerTokens tokens;
  private final NumberReader numbers;
  private final UnitReader units;
  private final AnswerLabels labels;

  private AnswerReader(AnswerTokens tokens) {
    this.tokens = tokens;
    this.numbers = new NumberReader(tokens.all());
    this.units = new UnitReader(tokens, numbers);
    this.labels = new AnswerLabels(tokens);
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

  static @Nullable Answer read(ImmutableList<AnswerToken> list) {
    AnswerTokens tokens = AnswerTokens.of(list);
    if (tokens == null || list.stream().allMatch(t -> t.kind() == AnswerToken.Kind.SIGN)) {
      return null;
    }
    Answer answer = new AnswerReader(tokens).answer(0, tokens.size(), 0);
    return answer != null && answer.label().equals(WORKED)
        ? new Answer(answer.kind(), answer.value(), "")
        : answer;
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
    if (tokens.closing(from) == to - 1 && !is(from, "[") && !is(from, "\\{") && !is(to - 1, "]")) {
      Answer inner = answer(from + 1, to - 1, depth + 1);
      return inner == null
              || is(from, "{")
              || inner.kind() != Kind.LIST
              || isEnclosed(from + 1, to - 1)
          ? inner
          : tuple(inner);
    }
    List<int[]> elements = elements(from, to);
    if (elements.size() > 1) {
      return list(elements, from, to, depth);
    }
    if (tokens.closing(from) == to - 1) {
      return bracketed(from, to, depth);
    }
    Answer equation = equation(from, to, depth);
    return equation != null ? equation : value(from, to);
  }

  /** Whether these tokens are one bracketed whole. */
  private boolean isEnclosed(int from, int to) {
    return tokens.closing(from) == to - 1;
  }

  private static Answer tuple(Answer inner) {
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
      if (i < to && tokens.closing(i) >= 0) {
        i = tokens.closing(i);
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
      if (tokens.closing(i) >= 0) {
        i = tokens.closing(i);
      } else if (is(i, "\\approx") && i > start && !labels.isLabel(start, i)) {
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
      boolean named = labels.isLabel(part[0], part[1]);
      if (i == 0 && named) {
        label = labels.label(part[0], part[1]);
      } else if (!named
          && !(value.kind() == Kind.NUMBER && labels.isArithmetic(part[0], part[1]))) {
        return formula(from, to);
      } else if (!named) {
        label = label.isEmpty() ? WORKED : label;
      }
    }
    return value.labelled(label);
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
    ExactNumber number = read == null ? null : units.withUnit(read, to);
    if (number != null) {
      return new Answer(Kind.NUMBER, (minus ? number.negated() : number).text(), "");
    }
    Answer formula = formula(from, to);
    return units.isBound(from, to) || units.isCompound(from, to) || units.isCalculation(from, to)
        ? new Answer(Kind.FORMULA, formula.value(), "")
        : formula;
  }

  private Answer range(int from, int second, int to) {
    Answer low = second < to ? value(from, second - 1) : formula(from, to);
    Answer high = second < to ? value(second, to) : low;
    return low.kind() == Kind.NUMBER && high.kind() == Kind.NUMBER
        ? new Answer(Kind.LIST, low.value() + " to " + high.value(), "")
        : formula(from, to);
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
      if (token.is("{") && tokens.closing(i) == i + 2) {
        continue;
      }
      if (token.is("}") && i >= 2 && tokens.closing(i - 2) == i) {
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
    return tokens.is(i, sign);
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
