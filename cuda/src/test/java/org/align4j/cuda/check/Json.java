package org.align4j.cuda.check;

import java.util.Locale;

/** Flat objects of texts, numbers and truth values, written by hand: the check has no library. */
final class Json {

  private Json() {}

  /** Appends a field to an object that has been opened. */
  static void field(StringBuilder json, String key, Object value) {
    if (json.charAt(json.length() - 1) != '{') {
      json.append(',');
    }
    text(json, key);
    json.append(':');
    if (value instanceof Double number && !Double.isFinite(number)) {
      text(json, number.toString());
    } else if (value instanceof Number || value instanceof Boolean) {
      json.append(value);
    } else {
      text(json, value.toString());
    }
  }

  private static void text(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
