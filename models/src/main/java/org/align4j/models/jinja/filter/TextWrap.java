package org.align4j.models.jinja.filter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.error.TemplateException;

/**
 * Python's {@code textwrap.wrap} as {@code wordwrap} calls it: blanks within lines stay.
 *
 * @param width most characters of a line, above 0
 */
record TextWrap(int width, boolean breakLongWords, boolean breakOnHyphens) {

  private static final String BLANK = "[\\t\\n\\x0b\\x0c\\r ]";
  private static final String SOLID = "[^\\t\\n\\x0b\\x0c\\r ]";
  private static final String WORD = "[\\w!\"'&.,?]";
  private static final String LETTER = "[^\\d\\W]";
  private static final Pattern HYPHENS =
      Pattern.compile(
          "("
              + BLANK
              + "+|(?<="
              + WORD
              + ")-{2,}(?=\\w)|"
              + SOLID
              + "+?(?:-(?:(?<="
              + LETTER
              + "{2}-)|(?<="
              + LETTER
              + "-"
              + LETTER
              + "-))(?="
              + LETTER
              + "-?"
              + LETTER
              + ")|(?="
              + BLANK
              + "|\\Z)|(?<="
              + WORD
              + ")(?=-{2,}\\w)))",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern PLAIN = Pattern.compile(BLANK + "+|" + SOLID + "+");

  private List<String> chunks(String text) {
    List<String> chunks = new ArrayList<>();
    Matcher matcher = (breakOnHyphens ? HYPHENS : PLAIN).matcher(text);
    int at = 0;
    while (at < text.length() && matcher.find()) {
      if (matcher.start() > at) {
        chunks.add(text.substring(at, matcher.start()));
      }
      chunks.add(matcher.group());
      at = matcher.end();
    }
    if (at < text.length()) {
      chunks.add(text.substring(at));
    }
    return chunks;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static boolean isBlank(String chunk) {
    return chunk.codePoints().allMatch(Unicode::isSpace);
  }

  List<String> wrap(String text) {
    if (width <= 0) {
      throw TemplateException.value("invalid width %s (must be > 0)", width);
    }
    Deque<String> left = new ArrayDeque<>(chunks(text));
    List<String> lines = new ArrayList<>();
    while (!left.isEmpty()) {
      if (isBlank(left.element()) && !lines.isEmpty()) {
        left.remove();
      }
      List<String> line = new ArrayList<>();
      int used = 0;
      while (!left.isEmpty() && used + length(left.element()) <= width) {
        used += length(left.element());
        line.add(left.remove());
      }
      if (!left.isEmpty() && length(left.element()) > width) {
        longWord(left, line, used);
        used = line.stream().mapToInt(TextWrap::length).sum();
      }
      if (!line.isEmpty() && isBlank(line.getLast())) {
        line.removeLast();
      }
      if (!line.isEmpty()) {
        lines.add(String.join("", line));
      }
    }
    return lines;
  }

  /** Puts what fits of a word that no line holds into this line. */
  private void longWord(Deque<String> left, List<String> line, int used) {
    int room = Math.max(1, width - used);
    if (!breakLongWords) {
      if (line.isEmpty()) {
        line.add(left.remove());
      }
      return;
    }
    String word = left.remove();
    int end = word.offsetByCodePoints(0, room);
    if (breakOnHyphens && length(word) > room) {
      int hyphen = word.lastIndexOf('-', end - 1);
      if (hyphen > 0 && word.substring(0, hyphen).chars().anyMatch(letter -> letter != '-')) {
        end = hyphen + 1;
      }
    }
    line.add(word.substring(0, end));
    left.push(word.substring(end));
  }
}
