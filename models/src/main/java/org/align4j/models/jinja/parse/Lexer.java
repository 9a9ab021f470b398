package org.align4j.models.jinja.parse;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.parse.Token.Type;

/**
 * A template's text to words, with Jinja2's rules for blanks under {@code trim_blocks} and {@code
 * lstrip_blocks}: a line break after a block goes, as do blanks that begin a line before one; a
 * minus at a tag takes all blanks on its side, a plus keeps them.
 */
final class Lexer {

  private static final Pattern LINE_BREAK = Pattern.compile("\r\n|\r|\n");
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?:[0-9]+_)*[0-9]+(?:(?:\\.(?:[0-9]+_)*[0-9]+)?[eE][+-]?(?:[0-9]+_)*[0-9]+"
              + "|\\.(?:[0-9]+_)*[0-9]+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Character> brackets = new ArrayDeque<>();
  private int at;
  private int line = 1;
  private boolean lineStarts = true;

  private Lexer(String source) {
    String lines = LINE_BREAK.matcher(source).replaceAll("\n");
    this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
  }

  static List<Token> tokens(String source) {
    Lexer lexer = new Lexer(source);
    while (lexer.at < lexer.source.length()) {
      lexer.text();
    }
    lexer.add(Type.END, "");
    return lexer.tokens;
  }

  private void add(Type type, String text) {
    tokens.add(new Token(type, text, line));
  }

  /** Passes over source up to a place. */
  private void moveTo(int place) {
    lineStarts = place > 0 && source.charAt(place - 1) == '\n';
    at = place;
  }

  private static int lines(String text) {
    return (int) text.chars().filter(letter -> letter == '\n').count();
  }

  /** Text up to the next tag, and that tag. */
  private void text() {
    int tag = at;
    while (tag < source.length() && !opens(tag)) {
      tag++;
    }
    String text = source.substring(at, tag);
    if (tag >= source.length()) {
      add(Type.DATA, text);
      at = tag;
      return;
    }
    char kind = source.charAt(tag + 1);
    int after = tag + 2;
    char sign = after < source.length() ? source.charAt(after) : ' ';
    if (sign == '-' || sign == '+') {
      after++;
    }
    data(stripped(text, sign, kind != '{'), text);
    int raw = kind == '%' ? rawBegin(after) : -1;
    if (raw >= 0) {
      line += lines(source.substring(tag, raw));
      moveTo(raw);
      raw();
      return;
    }
    moveTo(after);
    switch (kind) {
      case '#' -> comment();
      case '%' -> {
        add(Type.BLOCK_BEGIN, "{%");
        code(true);
      }
      default -> {
        add(Type.VARIABLE_BEGIN, "{{");
        code(false);
      }
    }
  }

  private boolean opens(int place) {
    return source.charAt(place) == '{'
        && place + 1 < source.length()
        && "%{#".indexOf(source.charAt(place + 1)) >= 0;
  }

  private void data(String kept, String text) {
    if (!kept.isEmpty()) {
      add(Type.DATA, kept);
    }
    line += lines(text);
  }

  private String stripped(String text, char sign, boolean block) {
    if (sign == '-') {
      return Unicode.strip(text, null, false, true);
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean begins =
        (lineStart > 0 || lineStarts)
            && lineStart < text.length()
            && text.codePoints().skip(text.codePointCount(0, lineStart)).allMatch(Unicode::isSpace);
    return sign != '+' && block && begins ? text.substring(0, lineStart) : text;
  }

  private int skipSpaces(int from) {
    int next = from;
    while (next < source.length() && Unicode.isSpace(source.charAt(next))) {
      next++;
    }
    return next;
  }

  /** Jinja2 does not mind what begins at the very end. */
  private void unfinished(String error) {
    if (at < source.length()) {
      throw TemplateException.syntax(line, error);
    }
  }

  /** The end of {@code raw %}} at a place; -1 where it does not stand there. */
  private int rawBegin(int from) {
    int word = skipSpaces(from);
    if (!source.startsWith("raw", word)) {
      return -1;
    }
    int end = skipSpaces(word + 3);
    if (source.startsWith("-%}", end)) {
      return skipSpaces(end + 3);
    }
    return source.startsWith("%}", end) ? end + 2 : -1;
  }

  private void raw() {
    for (int tag = source.indexOf("{%", at); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
      int after = tag + 2;
      char sign = after < source.length() ? source.charAt(after) : ' ';
      int word = skipSpaces(sign == '-' || sign == '+' ? after + 1 : after);
      int end = source.startsWith("endraw", word) ? blockEnd(skipSpaces(word + 6)) : -1;
      if (end >= 0) {
        String text = source.substring(at, tag);
        data(stripped(text, sign, true), text);
        line += lines(source.substring(tag, end));
        moveTo(end);
        return;
      }
    }
    unfinished("Missing end of raw directive");
  }

  /**
   * The end of {@code %}} at a place with what it takes along; -1 where it does not stand there.
   */
  private int blockEnd(int from) {
    if (source.startsWith("-%}", from)) {
      return skipSpaces(from + 3);
    }
    if (source.startsWith("+%}", from)) {
      return from + 3;
    }
    return source.startsWith("%}", from) ? afterLineBreak(from + 2) : -1;
  }

  private int afterLineBreak(int from) {
    return source.startsWith("\n", from) ? from + 1 : from;
  }

  private void comment() {
    int close = source.indexOf("#}", at);
    if (close < 0) {
      unfinished("Missing end of comment tag");
      return;
    }
    char sign = close > at ? source.charAt(close - 1) : ' ';
    int end =
        switch (sign) {
          case '-' -> skipSpaces(close + 2);
          case '+' -> close + 2;
          default -> afterLineBreak(close + 2);
        };
    line += lines(source.substring(at, end));
    moveTo(end);
  }

  /** The words of a tag, up to its end. */
  private void code(boolean block) {
    brackets.clear();
    while (at < source.length()) {
      int end = brackets.isEmpty() ? (block ? blockEnd(at) : variableEnd(at)) : -1;
      if (end >= 0) {
        add(block ? Type.BLOCK_END : Type.VARIABLE_END, source.substring(at, end));
        line += lines(source.substring(at, end));
        moveTo(end);
        return;
      }
      int from = at;
      word();
      line += lines(source.substring(from, at));
    }
  }

  private int variableEnd(int from) {
    if (source.startsWith("-}}", from)) {
      return skipSpaces(from + 3);
    }
    return source.startsWith("}}", from) ? from + 2 : -1;
  }

  private void word() {
    int point = source.codePointAt(at);
    if (Unicode.isSpace(point)) {
      moveTo(skipSpaces(at));
    } else if (point >= '0' && point <= '9') {
      number();
    } else if (Unicode.isWord(point) || Character.isUnicodeIdentifierStart(point)) {
      name();
    } else if (point == '\'' || point == '"') {
      string((char) point);
    } else {
      operator();
    }
  }

  private void number() {
    Matcher real = FLOAT.matcher(source).region(at, source.length());
    boolean afterDot = at > 0 && source.charAt(at - 1) == '.';
    if (!afterDot && real.lookingAt()) {
      add(Type.FLOAT, real.group().replace("_", ""));
      moveTo(real.end());
      return;
    }
    Matcher whole = INTEGER.matcher(source).region(at, source.length());
    if (!whole.lookingAt()) {
      throw unexpected();
    }
    add(Type.INTEGER, whole.group().replace("_", ""));
    moveTo(whole.end());
  }

  private void name() {
    int end = at;
    while (end < source.length()
        && (Unicode.isWord(source.codePointAt(end))
            || Character.isUnicodeIdentifierPart(source.codePointAt(end)))) {
      end += Character.charCount(source.codePointAt(end));
    }
    String name = source.substring(at, end);
    if (!Unicode.isIdentifier(name)) {
      throw TemplateException.syntax(line, "Invalid character in identifier");
    }
    add(Type.NAME, name);
    moveTo(end);
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw unexpected();
    }
    add(Type.STRING, StringLiteral.value(source.substring(at + 1, end), line));
    moveTo(end + 1);
  }

  private void operator() {
    for (Type type : Type.values()) {
      if (type.isOperator() && source.startsWith(type.title(), at)) {
        balance(type.title());
        add(type, type.title());
        moveTo(at + type.title().length());
        return;
      }
    }
    throw unexpected();
  }

  private void balance(String operator) {
    char sign = operator.charAt(0);
    switch (sign) {
      case '{' -> brackets.push('}');
      case '(' -> brackets.push(')');
      case '[' -> brackets.push(']');
      case '}', ')', ']' -> {
        if (brackets.isEmpty()) {
          throw TemplateException.syntax(line, "unexpected '%s'", sign);
        }
        char expected = brackets.pop();
        if (expected != sign) {
          throw TemplateException.syntax(line, "unexpected '%s', expected '%s'", sign, expected);
        }
      }
      default -> {}
    }
  }

  private TemplateException unexpected() {
    return TemplateException.syntax(
        line,
        "unexpected char %s at %s",
        Quotes.of(Character.toString(source.codePointAt(at))),
        at);
  }
}
