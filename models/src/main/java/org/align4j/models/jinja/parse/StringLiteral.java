package org.align4j.models.jinja.parse;

import java.util.Locale;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;

/** What a string of a template says: Python's escapes. */
final class StringLiteral {

  private final String body;
  private final int line;
  private final StringBuilder out = new StringBuilder();
  private int at;

  private StringLiteral(String body, int line) {
    this.body = body;
    this.line = line;
  }

  static String value(String quoted, int line) {
    return quoted.indexOf('\\') < 0 ? quoted : new StringLiteral(quoted, line).value();
  }

  private String value() {
    while (at < body.length()) {
      char letter = body.charAt(at++);
      if (letter == '\\') {
        escape();
      } else {
        out.append(letter);
      }
    }
    return out.toString();
  }

  private void escape() {
    int point = body.codePointAt(at);
    at += Character.charCount(point);
    switch (point) {
      case '\n' -> {}
      case '\\', '\'', '"' -> out.append((char) point);
      case 'a' -> out.append('\u0007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'v' -> out.append('\u000b');
      case 'x' -> out.appendCodePoint(hexadecimal(2, "\\xXX"));
      case 'u' -> out.appendCodePoint(hexadecimal(4, "\\uXXXX"));
      case 'U' -> out.appendCodePoint(hexadecimal(8, "\\UXXXXXXXX"));
      case 'N' -> named();
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
      default -> {
        // Jinja2 writes other characters as escapes first: the backslash makes that a text
        out.append('\\').append(point < 0x80 ? Character.toString(point) : plain(point));
      }
    }
  }

  private static String plain(int point) {
    return Quotes.escape(point).substring(1);
  }

  private int hexadecimal(int digits, String form) {
    int end = at;
    while (end < body.length()
        && end < at + digits
        && body.charAt(end) < 'z'
        && Character.digit(body.charAt(end), 16) >= 0) {
      end++;
    }
    if (end < at + digits) {
      throw TemplateException.syntax(line, "truncated %s escape", form);
    }
    long point = Long.parseLong(body.substring(at, end), 16);
    if (point > Character.MAX_CODE_POINT) {
      throw TemplateException.syntax(line, "illegal Unicode character");
    }
    at = end;
    return (int) point;
  }

  private void octal() {
    at--;
    int end = at;
    while (end < body.length()
        && end < at + 3
        && body.charAt(end) >= '0'
        && body.charAt(end) <= '7') {
      end++;
    }
    out.append((char) Integer.parseInt(body.substring(at, end), 8));
    at = end;
  }

  private void named() {
    int close = body.indexOf('}', at);
    if (at >= body.length() || body.charAt(at) != '{' || close < 0) {
      throw TemplateException.syntax(line, "malformed \\N character escape");
    }
    String name = body.substring(at + 1, close);
    try {
      out.appendCodePoint(Character.codePointOf(name.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw TemplateException.syntax(line, "unknown Unicode character name %s", name);
    }
    at = close + 1;
  }
}
