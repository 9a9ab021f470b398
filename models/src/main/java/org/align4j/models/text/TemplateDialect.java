package org.align4j.models.text;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Rewrites what the template library reads differently from Jinja2 into what both read alike:
 * {@code not x is t} (there {@code (not x) is t}), keyword arguments that are expressions, reversed
 * lists, braces that close together, and the {@code generation} block, which only marks text.
 */
final class TemplateDialect {

  private enum Pending {
    NOT,
    ARGUMENT
  }

  /** An open bracket and the parentheses that we opened within it. */
  private record Frame(char bracket, Deque<Pending> pending) {}

  private static final String REVERSED = "[::-1]";

  private final String source;
  private final StringBuilder out;
  private final Deque<Frame> frames = new ArrayDeque<>();
  private final Deque<String> blocks = new ArrayDeque<>();
  private int at;
  private String previous = "";

  private TemplateDialect(String source) {
    this.source = source;
    this.out = new StringBuilder(source.length() + 64);
  }

  static String rewrite(String source) {
    return new TemplateDialect(source).rewritten();
  }

  private String rewritten() {
    while (at < source.length()) {
      if (source.startsWith("{#", at)) {
        copyThrough("#}");
      } else if (source.startsWith("{{", at)) {
        tag("}}");
      } else if (source.startsWith("{%", at)) {
        if (firstWord().equals("raw")) {
          copyThrough("endraw");
        } else {
          tag("%}");
        }
      } else {
        out.append(source.charAt(at++));
      }
    }
    return out.toString();
  }

  private void copyThrough(String end) {
    int found = source.indexOf(end, at + 2);
    int stop = found < 0 ? source.length() : found + end.length();
    out.append(source, at, stop);
    at = stop;
  }

  private String firstWord() {
    int start = at + 2;
    while (start < source.length() && " \t\r\n-+".indexOf(source.charAt(start)) >= 0) {
      start++;
    }
    return source.substring(start, wordEnd(start));
  }

  private int wordEnd(int start) {
    int end = start;
    while (end < source.length() && Character.isJavaIdentifierPart(source.charAt(end))) {
      end++;
    }
    return end;
  }

  private void tag(String end) {
    boolean macro = firstWord().equals("macro");
    if (end.equals("%}")) {
      block(firstWord());
    }
    out.append(source, at, at + 2);
    at += 2;
    frames.clear();
    frames.push(new Frame(' ', new ArrayDeque<>()));
    previous = "";
    while (at < source.length() && !isEnd(end)) {
      char letter = source.charAt(at);
      if (letter == '\'' || letter == '"') {
        string(letter);
      } else if (Character.isJavaIdentifierStart(letter)) {
        word(macro);
      } else if (source.startsWith(REVERSED, at)) {
        out.append(".reversed()");
        at += REVERSED.length();
        previous = ")";
      } else {
        symbol(letter);
      }
    }
    close(false);
    int stop = Math.min(source.length(), at + 2);
    if (at < source.length() && source.charAt(at) == '-') {
      stop++;
    }
    out.append(source, at, stop);
    at = stop;
  }

  /** The library renders the else of a loop even when the loop has run: better none than wrong. */
  private void block(String word) {
    switch (word) {
      case "for", "if" -> blocks.push(word);
      case "endfor", "endif" -> blocks.poll();
      case "else" ->
          checkArgument(
              !"for".equals(blocks.peek()),
              "chat template: a for loop with an else is not supported; use a length test");
      default -> {}
    }
  }

  /** The tag's end, with its trimming sign; a brace within an expression is none. */
  private boolean isEnd(String end) {
    return (frames.size() == 1 || end.equals("%}"))
        && (source.startsWith(end, at) || source.startsWith("-" + end, at));
  }

  private void string(char quote) {
    int start = at++;
    while (at < source.length() && source.charAt(at) != quote) {
      at += source.charAt(at) == '\\' ? 2 : 1;
    }
    at = Math.min(source.length(), at + 1);
    out.append(source, start, at);
    previous = "string";
  }

  private void word(boolean macro) {
    int end = wordEnd(at);
    String word = source.substring(at, end);
    boolean first = previous.isEmpty();
    at = end;
    switch (word) {
      case "and", "or", "if", "else" -> {
        close(true);
        out.append(word);
      }
      case "generation" -> out.append(first ? "if true" : word);
      case "endgeneration" -> out.append(first ? "endif" : word);
      case "not" -> {
        out.append(word);
        if (!previous.equals("is") && !nextWordIs("in")) {
          out.append(" (");
          frame().pending().push(Pending.NOT);
        }
      }
      default -> {
        out.append(word);
        if (!macro && isArgument()) {
          at = source.indexOf('=', at) + 1;
          out.append("=(");
          frame().pending().push(Pending.ARGUMENT);
        }
      }
    }
    previous = word;
  }

  private Frame frame() {
    return frames.element();
  }

  private boolean nextWordIs(String word) {
    int start = skipSpaces(at);
    return source.substring(start, wordEnd(start)).equals(word);
  }

  private int skipSpaces(int from) {
    int next = from;
    while (next < source.length() && Character.isWhitespace(source.charAt(next))) {
      next++;
    }
    return next;
  }

  private boolean isArgument() {
    int equals = skipSpaces(at);
    return frame().bracket() == '('
        && (previous.equals("(") || previous.equals(","))
        && source.startsWith("=", equals)
        && !source.startsWith("==", equals);
  }

  private void symbol(char letter) {
    at++;
    switch (letter) {
      case '(', '[', '{' -> {
        if (letter == '{' && out.charAt(out.length() - 1) == '{') {
          out.append(' ');
        }
        frames.push(new Frame(letter, new ArrayDeque<>()));
      }
      case ')', ']', '}' -> {
        close(false);
        if (frames.size() > 1) {
          frames.pop();
        }
        if (letter == '}' && out.charAt(out.length() - 1) == '}') {
          out.append(' ');
        }
      }
      case ',' -> close(false);
      case ':' -> close(true);
      default -> {}
    }
    out.append(letter);
    // A dictionary's last brace and the tag's own must not be read as one.
    if (letter == '}' && source.startsWith("}", at)) {
      out.append(' ');
    }
    if (!Character.isWhitespace(letter)) {
      previous = String.valueOf(letter);
    }
  }

  /** Closes what was opened within the bracket: negations only, or arguments too. */
  private void close(boolean negationsOnly) {
    Deque<Pending> pending = frame().pending();
    while (!pending.isEmpty() && (!negationsOnly || pending.element() == Pending.NOT)) {
      pending.pop();
      int end = out.length();
      while (Character.isWhitespace(out.charAt(end - 1))) {
        end--;
      }
      out.insert(end, ')');
    }
  }
}
