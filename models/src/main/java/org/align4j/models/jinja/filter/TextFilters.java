package org.align4j.models.jinja.filter;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.operation.Arithmetic;
import org.align4j.models.jinja.operation.Html;
import org.align4j.models.jinja.operation.PercentFormat;
import org.align4j.models.jinja.operation.StrCases;
import org.align4j.models.jinja.operation.StrMethods;
import org.align4j.models.jinja.operation.StrSplits;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Value;

/** Filters of texts. */
final class TextFilters {

  static final ImmutableMap<String, Filters.Filter> ALL =
      ImmutableMap.<String, Filters.Filter>builder()
          .put("upper", changed("upper", StrCases::upper))
          .put("lower", changed("lower", StrCases::lower))
          .put("capitalize", changed("capitalize", StrCases::capitalize))
          .put(
              "title",
              (rendering, value, given) -> {
                given.bind("title", 0);
                return new Str(title(value.text()));
              })
          .put(
              "trim",
              (rendering, value, given) -> {
                Value characters = given.bind("trim", 0, "chars").some(0);
                String set = characters == null ? null : Bound.text(characters).value();
                return soft(value).like(Unicode.strip(value.text(), set, true, true));
              })
          .put(
              "string",
              (rendering, value, given) -> {
                given.bind("string", 0);
                return soft(value);
              })
          .put(
              "center",
              (rendering, value, given) -> {
                int width = given.bind("center", 0, "width").integer(0, 80);
                return soft(value).like(StrMethods.pad(soft(value), width, " ", "center"));
              })
          .put("replace", TextFilters::replace)
          .put("format", TextFilters::format)
          .put("indent", TextFilters::indent)
          .put("truncate", TextFilters::truncate)
          .put(
              "wordcount",
              (rendering, value, given) -> {
                given.bind("wordcount", 0);
                return Int.of(words(value.text()));
              })
          .put("wordwrap", TextFilters::wordwrap)
          .buildOrThrow();

  private TextFilters() {}

  /** A text as it is, markup included; other values as texts. */
  static Str soft(Value value) {
    return value instanceof Str text ? text : new Str(value.text());
  }

  private static Filters.Filter changed(String name, UnaryOperator<String> change) {
    return (rendering, value, given) -> {
      given.bind(name, 0);
      return soft(value).like(change.apply(value.text()));
    };
  }

  /** Words begin after blanks, hyphens and opening brackets. */
  private static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    StringBuilder word = new StringBuilder();
    for (int point : text.codePoints().toArray()) {
      boolean separator = "-({[<".indexOf(point) >= 0 || Unicode.isSpace(point);
      if (separator) {
        out.append(titled(word.toString())).appendCodePoint(point);
        word.setLength(0);
      } else {
        word.appendCodePoint(point);
      }
    }
    return out.append(titled(word.toString())).toString();
  }

  private static String titled(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int first = Character.charCount(word.codePointAt(0));
    return StrCases.upper(word.substring(0, first)) + StrCases.lower(word.substring(first));
  }

  private static Value replace(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("replace", 2, "old", "new", "count");
    Value old = bound.required(0);
    Value with = bound.required(1);
    int count = bound.some(2) == null ? -1 : bound.integer(2, -1);
    if (!rendering.escaping()) {
      return new Str(StrMethods.replace(value.text(), old.text(), with.text(), count));
    }
    boolean escapes = isMarkup(old) || (isMarkup(with) && !isMarkup(value));
    Str text = escapes ? Html.escape(value) : soft(value);
    String replacement = text.safe() ? Html.escape(with).value() : with.text();
    return text.like(StrMethods.replace(text.value(), old.text(), replacement, count));
  }

  static boolean isMarkup(Value value) {
    return value instanceof Str text && text.safe();
  }

  private static Value format(Rendering rendering, Value value, Arguments given) {
    if (!given.positional().isEmpty() && !given.named().isEmpty()) {
      throw TemplateException.of(
          Kind.FILTER_ARGUMENT, "can't handle positional and keyword arguments at the same time");
    }
    Dict names = new Dict();
    given.named().forEach(names::put);
    return PercentFormat.format(
        soft(value), names.truth() ? names : new TupleValue(given.positional()));
  }

  private static Value indent(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("indent", 0, "width", "first", "blank");
    Value width = bound.or(0, Int.of(4));
    String blanks =
        width instanceof Str text
            ? text.value()
            : " ".repeat(Limits.length(Math.max(0, Numbers.size(width))));
    if (!(value instanceof Str text)) {
      // Python adds a line break to it first
      Arithmetic.add(value, new Str("\n"));
      throw TemplateException.type("'%s' object has no attribute 'splitlines'", value.type());
    }
    boolean blank = bound.truth(2, false);
    StringBuilder out = new StringBuilder(bound.truth(1, false) ? blanks : "");
    List<String> lines = StrSplits.lines(text.value() + "\n", false);
    for (int i = 0; i < lines.size(); i++) {
      if (i > 0) {
        out.append('\n').append(blank || !lines.get(i).isEmpty() ? blanks : "");
      }
      out.append(lines.get(i));
      Limits.length(out.length());
    }
    return text.like(out.toString());
  }

  private static Value truncate(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("truncate", 0, "length", "killwords", "end", "leeway");
    int length = bound.integer(0, 255);
    Value end = bound.or(2, new Str("..."));
    int leeway = bound.some(3) == null ? 5 : bound.integer(3, 5);
    if (length < end.length()) {
      throw TemplateException.of(
          Kind.ASSERT, "expected length >= %s, got %s", end.length(), length);
    }
    if (leeway < 0) {
      throw TemplateException.of(Kind.ASSERT, "expected leeway >= 0, got %s", leeway);
    }
    if (value.length() <= (long) length + leeway) {
      return value;
    }
    Str text = Bound.text(value);
    String kept = text.part(0, length - end.length());
    if (!bound.truth(1, false)) {
      kept = StrSplits.rsplit(kept, " ", 1).get(0);
    }
    return Arithmetic.add(text.like(kept), end);
  }

  private static int words(String text) {
    int count = 0;
    boolean inside = false;
    for (int point : text.codePoints().toArray()) {
      boolean word = Unicode.isWord(point);
      count += word && !inside ? 1 : 0;
      inside = word;
    }
    return count;
  }

  private static Value wordwrap(Rendering rendering, Value value, Arguments given) {
    Bound bound =
        given.bind("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
    int width = bound.integer(0, 79);
    Value wrap = bound.some(2);
    String between = wrap == null ? "\n" : Bound.text(wrap).value();
    TextWrap wrapper = new TextWrap(width, bound.truth(1, true), bound.truth(3, true));
    List<String> lines = new ArrayList<>();
    for (String line : StrSplits.lines(Bound.text(value).value(), false)) {
      lines.add(String.join(between, wrapper.wrap(line)));
    }
    String text = String.join(between, lines);
    Limits.length(text.length());
    return new Str(text);
  }
}
