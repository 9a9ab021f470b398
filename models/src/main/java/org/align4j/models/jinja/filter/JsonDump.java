package org.align4j.models.jinja.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.operation.Iterables;
import org.align4j.models.jinja.operation.ValueComparison;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Real;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Python's {@code json.dumps}, with the arguments that transformers lends to {@code tojson}. */
final class JsonDump {

  private final boolean ascii;
  private final @Nullable String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sorted;
  private final StringBuilder out = new StringBuilder();

  private JsonDump(Value value, Bound given) {
    this.ascii = given.truth(0, false);
    // a text alone is written without a look at the indent
    this.indent = value instanceof Str ? null : indent(given.some(1));
    Value separators = given.some(2);
    if (separators == null) {
      this.itemSeparator = indent == null ? ", " : ",";
      this.keySeparator = ": ";
    } else {
      List<Value> both = Iterables.list(separators);
      if (both.size() != 2) {
        throw TemplateException.value("separators has %s items: it must have 2", both.size());
      }
      this.itemSeparator = Bound.text(both.get(0)).value();
      this.keySeparator = Bound.text(both.get(1)).value();
    }
    this.sorted = given.truth(3, false);
  }

  private static @Nullable String indent(@Nullable Value value) {
    return switch (value) {
      case null -> null;
      case Str text -> text.value();
      default -> " ".repeat(Limits.length(Math.max(0, Numbers.size(value))));
    };
  }

  /** The filter {@code tojson(ensure_ascii, indent, separators, sort_keys)}. */
  static Str dumps(Value value, Arguments given) {
    JsonDump json =
        new JsonDump(
            value, given.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys"));
    json.write(value, 0);
    return new Str(json.out.toString());
  }

  private void write(Value value, int depth) {
    Limits.length(out.length());
    if (depth > 1000) {
      throw TemplateException.of(TemplateException.Kind.RECURSION, "tojson: more than 1000 levels");
    }
    switch (value) {
      case Str text -> quote(text.value());
      case None none -> out.append("null");
      case Bool bool -> out.append(bool == Bool.TRUE ? "true" : "false");
      case Int number -> out.append(number.repr());
      case Real real -> out.append(number(real));
      case ListValue list -> list(list.items(), depth);
      case TupleValue tuple -> list(tuple.items(), depth);
      case Dict dict -> dict(dict, depth);
      default ->
          throw TemplateException.type("Object of type %s is not JSON serializable", value.type());
    }
  }

  private static String number(Real real) {
    double number = real.number();
    return Double.isNaN(number)
        ? "NaN"
        : Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : real.repr();
  }

  private void list(List<Value> items, int depth) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : itemSeparator);
      line(depth + 1);
      write(items.get(i), depth + 1);
    }
    line(depth);
    out.append(']');
  }

  private void dict(Dict dict, int depth) {
    if (!dict.truth()) {
      out.append("{}");
      return;
    }
    List<Dict.Entry> entries = new ArrayList<>(dict.entries());
    if (sorted) {
      entries.sort((a, b) -> ValueComparison.compare(a.key(), b.key()));
    }
    out.append('{');
    for (int i = 0; i < entries.size(); i++) {
      out.append(i == 0 ? "" : itemSeparator);
      line(depth + 1);
      quote(key(entries.get(i).key()));
      out.append(keySeparator);
      write(entries.get(i).value(), depth + 1);
    }
    line(depth);
    out.append('}');
  }

  private static String key(Value key) {
    return switch (key) {
      case Str text -> text.value();
      case None none -> "null";
      case Bool bool -> bool == Bool.TRUE ? "true" : "false";
      case Int number -> number.repr();
      case Real real -> number(real);
      default ->
          throw TemplateException.type(
              "keys must be str, int, float, bool or None, not %s", key.type());
    };
  }

  private void line(int depth) {
    if (indent != null) {
      Limits.length(out.length() + (long) indent.length() * depth);
      out.append('\n').repeat(indent, depth);
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      switch (letter) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (letter < ' ' || (ascii && letter > '~')) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) letter));
          } else {
            out.append(letter);
          }
        }
      }
    }
    out.append('"');
  }
}
