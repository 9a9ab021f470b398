package org.align4j.algorithms.reward.answer;

import com.google.common.base.CharMatcher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what {@code \\boxed} and {@code \\fbox} hold. */
final class AnswerBoxes {

  private static final int WIDEST_GAP = 40;

  /** What may stand between the boxes of one answer: \boxed{1} and \boxed{2}. */
  private static final Pattern GAP =
      Pattern.compile("(?:\\\\(?:text|mbox|quad|qquad)|and|or|[\\s{}$,;&\u0002])*");

  /** A complete box: indices of what it holds. */
  private record Box(int from, int to) {}

  private AnswerBoxes() {}

  /** What the last complete box holds, with the boxes of the same list before it; or null. */
  static @Nullable String last(String text) {
    List<Box> boxes = new ArrayList<>();
    int bare = find(text, boxes);
    if (boxes.isEmpty()) {
      return bare < 0 ? null : bare(text, bare);
    }
    boxes.sort((a, b) -> Integer.compare(a.from, b.from));
    Box box = boxes.get(boxes.size() - 1);
    StringBuilder answer = new StringBuilder(text.substring(box.from, box.to));
    for (int i = boxes.size() - 2; i >= 0; i--) {
      Box before = boxes.get(i);
      int gap = text.lastIndexOf('\\', box.from) - before.to - 1;
      if (before.to >= box.from
          || gap < 0
          || gap > WIDEST_GAP
          || !isList(text, before.to + 1, before.to + 1 + gap)) {
        break;
      }
      answer.insert(0, text.substring(before.from, before.to) + ", ");
      box = before;
    }
    return answer.toString();
  }

  private static boolean isList(String text, int from, int to) {
    String gap = text.substring(from, to);
    boolean divided =
        gap.contains(",") || gap.contains(";") || gap.contains("and") || gap.contains("or");
    return divided && GAP.matcher(gap).matches();
  }

  /** \boxed 5: as some solutions of MATH have it. */
  private static String bare(String text, int from) {
    int end = CharMatcher.anyOf("$\n").indexIn(text, from);
    return text.substring(from, end < 0 ? text.length() : end);
  }

  /**
   * Adds the complete boxes. One pass, whatever the nesting. Index after a last box without braces,
   * or −1.
   */
  private static int find(String text, List<Box> boxes) {
    int bare = -1;
    ArrayDeque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        int name = text.startsWith("\\boxed", i) ? 6 : text.startsWith("\\fbox", i) ? 5 : 0;
        if (name == 0) {
          i++;
          continue;
        }
        int brace = i + name;
        while (brace < text.length() && Character.isWhitespace(text.charAt(brace))) {
          brace++;
        }
        if (brace < text.length() && text.charAt(brace) == '{') {
          open.push(brace + 1);
          i = brace;
        } else {
          bare = brace > i + name ? brace : bare;
          i = brace - 1;
        }
      } else if (c == '{') {
        open.push(-1);
      } else if (c == '}' && !open.isEmpty()) {
        int start = open.pop();
        if (start >= 0) {
          boxes.add(new Box(start, i));
        }
      }
    }
    return bare;
  }
}
