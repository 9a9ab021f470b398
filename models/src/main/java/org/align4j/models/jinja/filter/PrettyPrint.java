package org.align4j.models.jinja.filter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.operation.StrSplits;
import org.align4j.models.jinja.operation.ValueComparison;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Value;

/** Python's {@code pprint.pformat}: what does not fit into 80 characters gets its own lines. */
final class PrettyPrint {

  private static final int WIDTH = 80;

  private final StringBuilder out = new StringBuilder();

  private PrettyPrint() {}

  static String format(Value value) {
    PrettyPrint printer = new PrettyPrint();
    printer.write(value, 0, 0, 0);
    return printer.out.toString();
  }

  /** The text in one line, dictionaries by their keys. */
  private static String flat(Value value, int depth) {
    if (depth > 200) {
      throw TemplateException.of(TemplateException.Kind.RECURSION, "pprint: more than 200 levels");
    }
    return switch (value) {
      case ListValue list -> "[" + flat(list.items(), depth) + "]";
      case TupleValue tuple ->
          "(" + flat(tuple.items(), depth) + (tuple.length() == 1 ? ",)" : ")");
      case Dict dict -> {
        List<String> parts = new ArrayList<>();
        for (Dict.Entry entry : sorted(dict)) {
          parts.add(flat(entry.key(), depth + 1) + ": " + flat(entry.value(), depth + 1));
        }
        yield "{" + String.join(", ", parts) + "}";
      }
      default -> value.repr();
    };
  }

  private static String flat(List<Value> items, int depth) {
    return String.join(", ", items.stream().map(item -> flat(item, depth + 1)).toList());
  }

  private static List<Dict.Entry> sorted(Dict dict) {
    List<Dict.Entry> entries = new ArrayList<>(dict.entries());
    Comparator<Dict.Entry> byKey =
        (first, second) -> {
          try {
            return ValueComparison.compare(first.key(), second.key());
          } catch (TemplateException e) {
            // keys without an order are ordered by their types
            return first.key().type().compareTo(second.key().type());
          }
        };
    entries.sort(byKey);
    return entries;
  }

  private void write(Value value, int indent, int allowance, int level) {
    String flat = flat(value, level);
    if (flat.codePointCount(0, flat.length()) <= WIDTH - indent - allowance) {
      out.append(flat);
      Limits.length(out.length());
      return;
    }
    switch (value) {
      case Dict dict when dict.truth() -> dict(dict, indent, allowance + 1, level);
      case ListValue list when list.truth() -> {
        out.append('[');
        items(list.items(), indent + 1, allowance + 1, level);
        out.append(']');
      }
      case TupleValue tuple when tuple.truth() -> {
        boolean one = tuple.length() == 1;
        out.append('(');
        items(tuple.items(), indent + 1, allowance + (one ? 2 : 1), level);
        out.append(one ? ",)" : ")");
      }
      case Str text when !text.safe() -> string(text.value(), indent, allowance, level + 1);
      default -> out.append(flat);
    }
  }

  private void items(List<Value> items, int indent, int allowance, int level) {
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : ",\n" + " ".repeat(indent));
      write(items.get(i), indent, i + 1 < items.size() ? 1 : allowance, level + 1);
    }
  }

  private void dict(Dict dict, int indent, int allowance, int level) {
    List<Dict.Entry> entries = sorted(dict);
    out.append('{');
    for (int i = 0; i < entries.size(); i++) {
      String key = flat(entries.get(i).key(), level + 1);
      out.append(i == 0 ? "" : ",\n" + " ".repeat(indent + 1)).append(key).append(": ");
      int at = indent + 1 + key.codePointCount(0, key.length()) + 2;
      write(entries.get(i).value(), at, i + 1 < entries.size() ? 1 : allowance, level + 1);
    }
    out.append('}');
  }

  /** A text as several, at its lines and blanks. */
  private void string(String text, int indent, int allowance, int level) {
    List<String> chunks = new ArrayList<>();
    List<String> lines = StrSplits.lines(text, true);
    int start = level == 1 ? indent + 1 : indent;
    int end = level == 1 ? allowance + 1 : allowance;
    int most = WIDTH - start;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean last = i == lines.size() - 1;
      int room = last ? most - end : most;
      if (length(Quotes.of(line)) <= room) {
        chunks.add(Quotes.of(line));
        continue;
      }
      String current = "";
      List<String> parts = words(line);
      for (int j = 0; j < parts.size(); j++) {
        String candidate = current + parts.get(j);
        boolean final_ = last && j == parts.size() - 1;
        if (length(Quotes.of(candidate)) > (final_ ? most - end : most)) {
          if (!current.isEmpty()) {
            chunks.add(Quotes.of(current));
          }
          current = parts.get(j);
        } else {
          current = candidate;
        }
      }
      if (!current.isEmpty()) {
        chunks.add(Quotes.of(current));
      }
    }
    boolean brackets = level == 1 && chunks.size() > 1;
    out.append(brackets ? "(" : "");
    out.append(String.join("\n" + " ".repeat(start), chunks));
    out.append(brackets ? ")" : "");
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Words with the blanks that follow them. */
  private static List<String> words(String line) {
    List<String> found = new ArrayList<>();
    List<String> parts = HtmlFilters.words(line);
    for (int i = 0; i < parts.size(); i += 2) {
      String word = parts.get(i) + (i + 1 < parts.size() ? parts.get(i + 1) : "");
      if (!word.isEmpty()) {
        found.add(word);
      }
    }
    return found;
  }
}
