package org.align4j.algorithms.reward;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Reads the final answer out of free text and compares it with a reference, as exact numbers.
 *
 * <p>The first place that exists decides: the last complete {@code \boxed{}}; what follows the last
 * {@code ####}; the last number of the text. An empty place is unparsable, later places are not
 * tried. Thousands separators, currency, unit words and percent signs are dropped; 25 % is 25.
 * Takes linear time and never throws.
 */
public final class MathVerifier {

  private MathVerifier() {}

  /** Compares a response with the reference answer, which is read the same way. */
  public static Verification verify(String response, String answer) {
    String extracted = extract(response);
    if (extracted.isEmpty()) {
      return new Verification("", Verdict.UNPARSABLE);
    }
    boolean equal = extracted.equals(extract(answer));
    return new Verification(extracted, equal ? Verdict.CORRECT : Verdict.WRONG);
  }

  /** The final answer in canonical form: equal numbers have equal text; empty for none. */
  public static String extract(String response) {
    String text = NumberScanner.normalise(response);
    String box = lastBox(text);
    NumberScanner.Match match;
    if (box != null) {
      match = stated(box);
    } else {
      int mark = text.lastIndexOf("####");
      match = mark >= 0 ? stated(text.substring(mark + 4)) : new NumberScanner(text).last();
    }
    return match == null || match.value() == null ? "" : match.value().text();
  }

  /** The number of a place that states the answer: the first one after the last equals sign. */
  private static NumberScanner.@Nullable Match stated(String place) {
    String text = place.strip();
    int line = text.indexOf('\n');
    String first = line < 0 ? text : text.substring(0, line);
    String value = first.substring(first.lastIndexOf('=') + 1);
    NumberScanner.Match match = new NumberScanner(value).first();
    if (match == null) {
      return value.equals(text) ? null : new NumberScanner(text).first();
    }
    // 2^3, 2\sqrt{3} and 3\pi are expressions, not the number they begin with.
    String rest = value.substring(match.end());
    boolean expression =
        value.contains("\\sqrt")
            || rest.startsWith("\\pi")
            || rest.startsWith("\u03c0")
            || (rest.startsWith("^")
                && !rest.startsWith("^\\circ")
                && !rest.startsWith("^{\\circ"));
    return expression ? null : match;
  }

  /** What the last complete box holds, or null. One pass, whatever the nesting. */
  private static @Nullable String lastBox(String text) {
    if (!text.contains("\\boxed")) {
      return null;
    }
    ArrayDeque<Integer> open = new ArrayDeque<>();
    int from = -1;
    int to = -1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        if (text.startsWith("\\boxed", i)) {
          int brace = i + 6;
          while (brace < text.length() && text.charAt(brace) == ' ') {
            brace++;
          }
          if (brace < text.length() && text.charAt(brace) == '{') {
            open.push(brace + 1);
            i = brace;
          }
        } else {
          i++;
        }
      } else if (c == '{') {
        open.push(-1);
      } else if (c == '}' && !open.isEmpty()) {
        int start = open.pop();
        if (start > from) {
          from = start;
          to = i;
        }
      }
    }
    return from < 0 ? null : text.substring(from, to);
  }
}
