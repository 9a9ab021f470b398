package org.align4j.models.jinja.character;

import java.util.Locale;

/** Texts in quotation marks as Python's {@code repr} has them. */
public final class Quotes {

  private Quotes() {}

  public static String of(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints().forEach(point -> append(point, quote, out));
    return out.append(quote).toString();
  }

  private static void append(int point, char quote, StringBuilder out) {
    switch (point) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (point == quote) {
          out.append('\\').append(quote);
        } else if (Unicode.isPrintable(point)) {
          out.appendCodePoint(point);
        } else {
          out.append(escape(point));
        }
      }
    }
  }

  /** {@code \x7f}, <code>&#92;u200b</code>, {@code \U000e0001}. */
  public static String escape(int point) {
    String format = point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x";
    return String.format(Locale.ROOT, format, point);
  }
}
