package org.align4j.algorithms.reward.answer;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the spellings of one character to one: full-width forms and digits of other scripts to
 * ASCII, dashes to a minus sign, mathematical signs to their LaTeX commands, vulgar fractions to
 * {@code \frac}, superscripts to powers. One pass.
 */
final class AnswerText {

  /** A comma that can only group digits: {@code 1{,}000}, {@code 1,\!000}. */
  static final char GROUP = '\u0001';

  /** A blank that may group digits: {@code 1\,000}, a no-break or thin space. */
  static final char THIN = '\u0002';

  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
  private static final String SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋";
  private static final String RAISED = "0123456789+-";

  private static final ImmutableList<String> TWICE =
      ImmutableList.of(
          "boxed{", "frac", "dfrac", "tfrac", "left", "right", "text", "sqrt", "pi", "le", "ge",
          "in", "times", "cdot", "mathrm", "infty", "cup", "(", ")", "%", "$");

  private static final ImmutableMap<Integer, String> SIGNS =
      ImmutableMap.<Integer, String>builder()
          .put((int) '\u2010', "-")
          .put((int) '\u2011', "-")
          .put((int) '\u2012', "-")
          .put((int) '\u2013', "-")
          .put((int) '\u2212', "-")
          .put((int) '\ufe63', "-")
          .put((int) '\u2044', "/")
          .put((int) '\u2215', "/")
          .put((int) '\u00f7', "\\div ")
          .put((int) '\u00d7', "\\times ")
          .put((int) '\u22c5', "\\cdot ")
          .put((int) '\u00b7', "\\cdot ")
          .put((int) '\u2217', "*")
          .put((int) '\u2264', "\\le ")
          .put((int) '\u2a7d', "\\le ")
          .put((int) '\u2265', "\\ge ")
          .put((int) '\u2a7e', "\\ge ")
          .put((int) '\u2260', "\\ne ")
          .put((int) '\u2248', "\\approx ")
          .put((int) '\u221e', "\\infty ")
          .put((int) '\u03c0', "\\pi ")
          .put((int) '\u221a', "\\sqrt ")
          .put((int) '\u222a', "\\cup ")
          .put((int) '\u2229', "\\cap ")
          .put((int) '\u2208', "\\in ")
          .put((int) '\u00b1', "\\pm ")
          .put((int) '\u2205', "\\emptyset ")
          .put((int) '\u00b0', "^\\circ ")
          .put((int) '\u00ba', "^\\circ ")
          .put((int) '\u2026', "\\ldots ")
          .put((int) '\u2019', "'")
          .put((int) '\u2032', "'")
          .put((int) '\u201c', "\"")
          .put((int) '\u201d', "\"")
          .put((int) '\u2236', ":")
          .put((int) '\u066b', ".")
          .put((int) '\u066c', ",")
          .put((int) '\u3001', ",")
          .put((int) '\u3002', ".")
          .put((int) '\u200b', "")
          .put((int) '\u200c', "")
          .put((int) '\u200d', "")
          .put((int) '\u2060', "")
          .put((int) '\ufeff', "")
          .buildOrThrow();

  private final String text;
  private final StringBuilder out;
  private int at;

  private AnswerText(String text) {
    this.text = text;
    this.out = new StringBuilder(text.length() + 16);
  }

  static String normalise(String text) {
    AnswerText pass = new AnswerText(text);
    while (pass.at < text.length()) {
      pass.step();
    }
    return pass.out.toString();
  }

  private void step() {
    int c = text.codePointAt(at);
    switch (c) {
      case '\\' -> command();
      case '~' -> put(1, THIN);
      case '{' -> brace();
      case ',' -> comma();
      case '.' -> {
        boolean dots = text.startsWith("...", at);
        out.append(dots ? "\\ldots " : ".");
        at += dots ? 3 : 1;
      }
      default -> {
        if (c < 128) {
          put(1, (char) c);
        } else {
          foreign(c);
        }
      }
    }
  }

  private void put(int length, char c) {
    out.append(c);
    at += length;
  }

  /** LaTeX's spaces and escaped signs; everything else stays as it is. */
  private void command() {
    char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
    switch (next) {
      case ',', ';', ':', '>', ' ' -> put(2, THIN);
      case '!' -> at += 2;
      case '$', '%', '#', '&', '_' -> put(2, next);
      case 't' -> {
        boolean thin = text.startsWith("\\thinspace", at);
        put(thin ? 10 : 1, thin ? THIN : '\\');
      }
      default -> {
        boolean twice = next == '\\';
        at += twice && isEscapedTwice(at + 2) ? 1 : 0;
        put(1, '\\');
        if (twice && at < text.length() && text.charAt(at) == '\\') {
          put(1, '\\');
        }
      }
    }
  }

  /** Whether a command that was escaped once too often starts here: {@code \\frac}. */
  private boolean isEscapedTwice(int from) {
    return TWICE.stream().anyMatch(command -> text.startsWith(command, from));
  }

  private void brace() {
    int i = skipBlanks(at + 1);
    if (i < text.length() && text.charAt(i) == ',') {
      int close = skipBlanks(i + 1);
      if (close < text.length() && text.charAt(close) == '}') {
        group(close + 1);
        return;
      }
    }
    put(1, '{');
  }

  private void comma() {
    int i = skipBlanks(at + 1);
    if (text.startsWith("\\!", i)) {
      group(i + 2);
    } else {
      put(1, ',');
    }
  }

  /** A separator of thousands, without the blanks around it. */
  private void group(int end) {
    while (!out.isEmpty() && out.charAt(out.length() - 1) == ' ') {
      out.setLength(out.length() - 1);
    }
    out.append(GROUP);
    at = skipBlanks(end);
  }

  private int skipBlanks(int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) == ' ' && i - from < 4) {
      i++;
    }
    return i;
  }

  private void foreign(int c) {
    int length = Character.charCount(c);
    String sign = SIGNS.get(c);
    if (sign != null) {
      out.append(sign);
    } else if (c >= 0xff01 && c <= 0xff5e) {
      out.append((char) (c - 0xff01 + '!'));
    } else if (Character.isDigit(c)) {
      out.append((char) ('0' + Character.digit(c, 10)));
    } else if (SUPERSCRIPTS.indexOf(c) >= 0) {
      raised(SUPERSCRIPTS, "^{");
      return;
    } else if (SUBSCRIPTS.indexOf(c) >= 0) {
      raised(SUBSCRIPTS, "_{");
      return;
    } else if (Character.getType(c) == Character.CURRENCY_SYMBOL) {
      out.append('$');
    } else if (Character.isSpaceChar(c)) {
      out.append(c == '\u2028' || c == '\u2029' ? '\n' : THIN);
    } else {
      String fraction = Character.getType(c) == Character.OTHER_NUMBER ? fraction(c) : null;
      out.append(fraction == null ? text.substring(at, at + length) : fraction);
    }
    at += length;
  }

  private void raised(String script, String open) {
    out.append(open);
    for (int i = 0; at < text.length(); at++) {
      i = script.indexOf(text.charAt(at));
      if (i < 0) {
        break;
      }
      out.append(RAISED.charAt(i));
    }
    out.append('}');
  }

  /** Unicode decomposes its fractions: ⅔ is 2, U+2044, 3. */
  private static @Nullable String fraction(int c) {
    String parts = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC);
    int slash = parts.indexOf('\u2044');
    return slash <= 0 || slash == parts.length() - 1
        ? null
        : "\\frac{" + parts.substring(0, slash) + "}{" + parts.substring(slash + 1) + "}";
  }
}
