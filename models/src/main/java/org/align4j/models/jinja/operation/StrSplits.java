package org.align4j.models.jinja.operation;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Python's methods that take texts apart. */
public final class StrSplits {

  static final ImmutableMap<String, StrMethods.Method> METHODS =
      ImmutableMap.of(
          "split", (self, given) -> split(self, given, "split"),
          "rsplit", (self, given) -> split(self, given, "rsplit"),
          "splitlines",
              (self, given) -> {
                boolean keep = given.bind("splitlines", 0, "keepends").flag(0);
                return list(self, lines(self.value(), keep));
              },
          "partition", (self, given) -> partition(self, given, "partition"),
          "rpartition", (self, given) -> partition(self, given, "rpartition"));

  private StrSplits() {}

  private static Value list(Str self, List<String> parts) {
    List<Value> texts = new ArrayList<>(parts.size());
    parts.forEach(part -> texts.add(self.like(part)));
    return new ListValue(texts);
  }

  private static Value split(Str self, Arguments given, String name) {
    Bound bound = given.bind(name, 0, "sep", "maxsplit");
    Value separator = bound.some(0);
    if (separator != null && !(separator instanceof Str)) {
      throw TemplateException.type("must be str or None, not %s", separator.type());
    }
    if (separator != null && !separator.truth()) {
      throw TemplateException.value("empty separator");
    }
    String at = separator == null ? null : separator.text();
    int most = bound.integer(1, -1);
    return list(
        self,
        name.equals("split") ? split(self.value(), at, most) : rsplit(self.value(), at, most));
  }

  /** Splits at a separator, or at runs of blanks; most below 0 is everywhere. */
  public static List<String> split(String text, @Nullable String separator, int most) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    if (separator != null) {
      for (int found = text.indexOf(separator);
          found >= 0 && parts.size() != most;
          found = text.indexOf(separator, at)) {
        parts.add(text.substring(at, found));
        at = found + separator.length();
      }
      parts.add(text.substring(at));
      return parts;
    }
    at = skip(text, 0, true);
    while (at < text.length()) {
      if (parts.size() == most) {
        parts.add(text.substring(at));
        break;
      }
      int end = skip(text, at, false);
      parts.add(text.substring(at, end));
      at = skip(text, end, true);
    }
    return parts;
  }

  /** The end of blanks, or of what is none. */
  private static int skip(String text, int from, boolean blanks) {
    int at = from;
    while (at < text.length() && Unicode.isSpace(text.codePointAt(at)) == blanks) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  public static List<String> rsplit(String text, @Nullable String separator, int most) {
    List<String> parts = new ArrayList<>();
    if (separator != null) {
      int end = text.length();
      for (int found = text.lastIndexOf(separator);
          found >= 0 && parts.size() != most;
          found =
              end < separator.length()
                  ? -1
                  : text.lastIndexOf(separator, end - separator.length())) {
        parts.add(text.substring(found + separator.length(), end));
        end = found;
      }
      parts.add(text.substring(0, end));
    } else {
      List<String> words = split(text, null, -1);
      int kept = most < 0 ? 0 : Math.max(0, words.size() - most);
      String rest = Unicode.strip(text, null, false, true);
      for (int i = words.size() - 1; i >= kept; i--) {
        parts.add(words.get(i));
        rest =
            Unicode.strip(
                rest.substring(0, rest.length() - words.get(i).length()), null, false, true);
      }
      if (kept > 0) {
        parts.add(Unicode.strip(rest, null, false, true));
      }
    }
    Collections.reverse(parts);
    return parts;
  }

  /** Lines as Python splits them: at all line breaks of Unicode. */
  public static List<String> lines(String text, boolean keep) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    for (int at = 0; at < text.length(); ) {
      if (!Unicode.isLineBreak(text.charAt(at))) {
        at++;
        continue;
      }
      int after = text.startsWith("\r\n", at) ? at + 2 : at + 1;
      lines.add(text.substring(from, keep ? after : at));
      at = after;
      from = after;
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  private static Value partition(Str self, Arguments given, String name) {
    String separator = given.positional(name, 1, 1).text(0).value();
    if (separator.isEmpty()) {
      throw TemplateException.value("empty separator");
    }
    String text = self.value();
    boolean right = name.equals("rpartition");
    int at = right ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) {
      Str all = self.like(text);
      Str none = self.like("");
      return right ? TupleValue.of(none, none, all) : TupleValue.of(all, none, none);
    }
    return TupleValue.of(
        self.like(text.substring(0, at)),
        self.like(separator),
        self.like(text.substring(at + separator.length())));
  }
}
