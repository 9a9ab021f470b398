package org.align4j.algorithms.reward.answer;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.Locale;

/**
 * Takes an answer apart, as {@link AnswerText} left it. Commands that only change how a formula
 * looks disappear; numbers lose the separators of their thousands.
 */
final class AnswerTokenizer {

  private static final ImmutableSet<String> DROPPED =
      ImmutableSet.of(
          "left",
          "right",
          "big",
          "Big",
          "bigl",
          "bigr",
          "Bigl",
          "Bigr",
          "bigg",
          "Bigg",
          "biggl",
          "biggr",
          "Biggl",
          "Biggr",
          "displaystyle",
          "textstyle",
          "limits",
          "nolimits",
          "quad",
          "qquad",
          "thinspace",
          "enspace",
          "space",
          "nobreakspace",
          "rm",
          "bf",
          "it",
          "textdollar",
          "dollar");

  private static final ImmutableSet<String> UPRIGHT =
      ImmutableSet.of(
          "text",
          "textbf",
          "textit",
          "textrm",
          "textsf",
          "texttt",
          "textnormal",
          "mbox",
          "hbox",
          "mathrm",
          "mathsf",
          "operatorname",
          "emph");

  private static final ImmutableSet<String> WRAPPERS =
      ImmutableSet.of(
          "boxed", "fbox", "mathbf", "mathit", "boldsymbol", "bm", "mathnormal", "underline");

  private static final ImmutableMap<String, String> SAME =
      ImmutableMap.<String, String>builder()
          .put("dfrac", "\\frac")
          .put("tfrac", "\\frac")
          .put("cfrac", "\\frac")
          .put("times", "*")
          .put("cdot", "*")
          .put("ast", "*")
          .put("leq", "\\le")
          .put("leqslant", "\\le")
          .put("geq", "\\ge")
          .put("geqslant", "\\ge")
          .put("neq", "\\ne")
          .put("lt", "<")
          .put("gt", ">")
          .put("colon", ":")
          .put("lvert", "|")
          .put("rvert", "|")
          .put("lbrace", "\\{")
          .put("rbrace", "\\}")
          .put("lbrack", "[")
          .put("rbrack", "]")
          .put("dots", "\\ldots")
          .put("cdots", "\\ldots")
          .put("varnothing", "\\emptyset")
          .put("thickapprox", "\\approx")
          .put("percent", "%")
          .put("prime", "'")
          .buildOrThrow();

  private final String text;
  private final boolean spacedCommas;
  private final ImmutableList.Builder<AnswerToken> tokens = ImmutableList.builder();

  private final ArrayDeque<Brace> braces = new ArrayDeque<>();

  private int at;
  private int brackets;
  private int upright;
  private int matrices;
  private int single;
  private boolean blank = true;
  private boolean afterWord;

  /**
   * An open brace.
   *
   * @param shown whether it is a token: those of commands for type are not
   * @param single arguments still to come of a command before it
   */
  private record Brace(boolean shown, boolean roman, int single) {}

  private AnswerTokenizer(String text) {
    this.text = text;
    this.spacedCommas = text.contains(", ");
  }

  static ImmutableList<AnswerToken> tokens(String text) {
    AnswerTokenizer pass = new AnswerTokenizer(text);
    while (pass.at < text.length()) {
      pass.step();
    }
    return pass.tokens.build();
  }

  private void step() {
    char c = text.charAt(at);
    if (c == AnswerText.THIN || Character.isWhitespace(c)) {
      blank = true;
      at++;
    } else if (isDigit(at) || (c == '.' && isDigit(at + 1) && !isDigit(at - 1))) {
      number();
    } else if (Character.isLetter(c)) {
      word();
    } else if (c == '\\') {
      command();
    } else {
      sign(c);
    }
  }

  private void add(AnswerToken.Kind kind, String piece) {
    tokens.add(new AnswerToken(kind, piece, blank, upright > 0));
    blank = false;
    afterWord = kind == AnswerToken.Kind.WORD;
  }

  private void addSign(String piece) {
    add(AnswerToken.Kind.SIGN, piece);
  }

  private void word() {
    int start = at;
    while (isLetter(at) || (isLetter(at - 2) && isApostrophe(at) && isLetter(at + 1))) {
      at++;
    }
    String word = text.substring(start, at);
    String lower = word.toLowerCase(Locale.ROOT);
    if ((lower.equals("a") || lower.equals("p")) && clock()) {
      word = lower + "m";
    } else if (lower.equals("am") || lower.equals("pm")) {
      word = lower;
    }
    single = Math.max(0, single - 1);
    add(AnswerToken.Kind.WORD, word);
  }

  /** Goes over the rest of a.m. or p.m. */
  private boolean clock() {
    boolean found =
        text.regionMatches(true, at, ".m", 0, 2)
            && (at + 2 == text.length() || !Character.isLetter(text.charAt(at + 2)));
    if (found) {
      at += at + 2 < text.length() && text.charAt(at + 2) == '.' ? 3 : 2;
    }
    return found;
  }

  private void command() {
    int end = at + 1;
    while (end < text.length() && isAsciiLetter(text.charAt(end))) {
      end++;
    }
    if (end == at + 1) {
      String escaped = text.substring(at, Math.min(text.length(), at + 2));
      at += escaped.length();
      switch (escaped) {
        case "\\(", "\\)", "\\[", "\\]", "\\" -> blank = true;
        case "\\{" -> {
          brackets++;
          addSign(escaped);
        }
        case "\\}" -> {
          brackets--;
          addSign(escaped);
        }
        default -> add(AnswerToken.Kind.COMMAND, escaped);
      }
      return;
    }
    String name = text.substring(at + 1, end);
    at = end;
    if (DROPPED.contains(name)) {
      blank = true;
      // The invisible delimiter of \left. and \right.
      at += name.endsWith("t") && at < text.length() && text.charAt(at) == '.' ? 1 : 0;
    } else if (UPRIGHT.contains(name) || WRAPPERS.contains(name)) {
      unwrap(UPRIGHT.contains(name));
    } else if (name.equals("begin") || name.equals("end")) {
      int close = at < text.length() && text.charAt(at) == '{' ? text.indexOf('}', at) : -1;
      int stop = close < 0 || close - at > 20 ? at : close + 1;
      environment("\\" + name + text.substring(at, stop));
      at = stop;
    } else if (name.equals("degree")) {
      addSign("^");
      add(AnswerToken.Kind.COMMAND, "\\circ");
    } else {
      String same = SAME.getOrDefault(name, "\\" + name);
      single = Math.max(0, single - 1);
      add(same.startsWith("\\") ? AnswerToken.Kind.COMMAND : AnswerToken.Kind.SIGN, same);
      if (same.equals("\\frac") || name.equals("binom")) {
        single = 2;
      } else if (name.equals("sqrt")) {
        single = 1;
      }
    }
  }

  /** Matrices are kept; what only arranges equations is not. */
  private void environment(String command) {
    if (command.contains("matrix") || command.contains("array") || command.contains("cases")) {
      matrices += command.startsWith("\\begin") ? 1 : -1;
      add(AnswerToken.Kind.COMMAND, command);
    } else {
      blank = true;
    }
  }

  /** Drops a command whose braces only set the type of what they hold. */
  private void unwrap(boolean roman) {
    int i = at;
    while (i < text.length() && text.charAt(i) == ' ') {
      i++;
    }
    blank = blank || roman;
    if (i < text.length() && text.charAt(i) == '{') {
      at = i + 1;
      open(new Brace(false, roman, Math.max(0, single - 1)));
    }
  }

  private void open(Brace brace) {
    braces.push(brace);
    upright += brace.roman ? 1 : 0;
    single = 0;
  }

  private void close() {
    Brace brace = braces.isEmpty() ? new Brace(true, false, 0) : braces.pop();
    upright -= brace.roman ? 1 : 0;
    single = brace.single;
    if (brace.shown) {
      addSign("}");
    }
  }

  private void sign(char c) {
    at++;
    switch (c) {
      case '$', '`' -> blank |= afterWord;
      case '{' -> {
        addSign("{");
        open(new Brace(true, false, Math.max(0, single - 1)));
      }
      case '}' -> close();
      case '(', '[' -> {
        brackets++;
        addSign(String.valueOf(c));
      }
      case ')', ']' -> {
        brackets--;
        addSign(String.valueOf(c));
      }
      case '&' -> {
        if (matrices > 0) {
          addSign("&");
        }
      }
      case '*' -> star();
      case '<', '>', '!', '=' -> comparison(c);
      case AnswerText.GROUP -> addSign(",");
      default -> addSign(Character.toString(c));
    }
  }

  /** A product; two stars are Markdown's bold, or a power between two operands. */
  private void star() {
    if (at >= text.length() || text.charAt(at) != '*') {
      addSign("*");
      return;
    }
    boolean power =
        at >= 2
            && Character.isLetterOrDigit(text.charAt(at - 2))
            && at + 1 < text.length()
            && Character.isLetterOrDigit(text.charAt(at + 1));
    at++;
    if (power) {
      addSign("^");
    }
  }

  private void comparison(char c) {
    if (at < text.length() && text.charAt(at) == '=') {
      at++;
      switch (c) {
        case '<' -> add(AnswerToken.Kind.COMMAND, "\\le");
        case '>' -> add(AnswerToken.Kind.COMMAND, "\\ge");
        case '!' -> add(AnswerToken.Kind.COMMAND, "\\ne");
        default -> addSign("=");
      }
    } else {
      addSign(String.valueOf(c));
    }
  }

  private void number() {
    if (single > 0) {
      // \frac12 is a half: LaTeX takes one digit for an argument without braces.
      single--;
      add(AnswerToken.Kind.NUMBER, text.substring(at, at + 1));
      at++;
      return;
    }
    DigitReader digits = DigitReader.read(text, at, brackets > 0, spacedCommas);
    at = digits.end();
    add(AnswerToken.Kind.NUMBER, digits.digits());
  }

  private boolean isApostrophe(int i) {
    return i < text.length() && text.charAt(i) == '\'';
  }

  private boolean isLetter(int i) {
    return i >= 0 && i < text.length() && Character.isLetter(text.charAt(i));
  }

  private boolean isDigit(int i) {
    return i >= 0 && i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9';
  }

  private static boolean isAsciiLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
