package org.align4j.models.jinja.operation;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Function;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Bool;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Python's methods of texts: searching, stripping, padding, joining; the rest by name. */
public final class StrMethods {

  /** What a method does with its text. */
  @FunctionalInterface
  interface Method {
    Value call(Str self, Arguments arguments);
  }

  private static final ImmutableMap<String, Method> METHODS = methods();

  private StrMethods() {}

  /** The method of this name, bound to a text; null where there is none. */
  static @Nullable Value find(Str self, String name) {
    Method method = METHODS.get(name);
    return method == null
        ? null
        : new Function(name, (rendering, arguments) -> method.call(self, arguments));
  }

  private static ImmutableMap<String, Method> methods() {
    ImmutableMap.Builder<String, Method> all = ImmutableMap.builder();
    all.put("strip", (self, given) -> strip(self, given, "strip", true, true));
    all.put("lstrip", (self, given) -> strip(self, given, "lstrip", true, false));
    all.put("rstrip", (self, given) -> strip(self, given, "rstrip", false, true));
    all.put("startswith", (self, given) -> affix(self, given, "startswith"));
    all.put("endswith", (self, given) -> affix(self, given, "endswith"));
    all.put("find", (self, given) -> Int.of(find(self, given, "find")));
    all.put("rfind", (self, given) -> Int.of(find(self, given, "rfind")));
    all.put("index", (self, given) -> Int.of(found(find(self, given, "index"))));
    all.put("rindex", (self, given) -> Int.of(found(find(self, given, "rindex"))));
    all.put("count", StrMethods::count);
    all.put("replace", StrMethods::replace);
    all.put("join", StrMethods::join);
    all.put("center", (self, given) -> pad(self, given, "center"));
    all.put("ljust", (self, given) -> pad(self, given, "ljust"));
    all.put("rjust", (self, given) -> pad(self, given, "rjust"));
    all.put("zfill", StrMethods::zfill);
    all.put("expandtabs", StrMethods::expandTabs);
    all.put(
        "removeprefix",
        (self, given) -> {
          String prefix = given.positional("removeprefix", 1, 1).text(0).value();
          String text = self.value();
          return self.like(text.startsWith(prefix) ? text.substring(prefix.length()) : text);
        });
    all.put(
        "removesuffix",
        (self, given) -> {
          String suffix = given.positional("removesuffix", 1, 1).text(0).value();
          String text = self.value();
          boolean has = text.endsWith(suffix);
          return self.like(has ? text.substring(0, text.length() - suffix.length()) : text);
        });
    all.put("format", StrFormat::format);
    all.put("format_map", StrFormat::formatMap);
    all.put(
        "encode",
        (self, given) -> {
          throw TemplateException.unsupported("str.encode");
        });
    all.put(
        "maketrans",
        (self, given) -> {
          throw TemplateException.unsupported("str.maketrans");
        });
    all.put("translate", StrMethods::translate);
    all.put("unescape", StrMethods::markupOnly);
    all.put("striptags", StrMethods::markupOnly);
    all.putAll(StrSplits.METHODS);
    all.putAll(StrCases.METHODS);
    for (Map.Entry<String, Predicate<String>> check : StrChecks.CHECKS.entrySet()) {
      all.put(
          check.getKey(),
          (self, given) -> {
            given.positional(check.getKey(), 0, 0);
            return Bool.of(check.getValue().test(self.value()));
          });
    }
    return all.buildOrThrow();
  }

  private static Value markupOnly(Str self, Arguments given) {
    if (!self.safe()) {
      throw Undefined.member(self, new Str("striptags")).failure();
    }
    return Html.withoutTags(self);
  }

  private static Str strip(Str self, Arguments given, String name, boolean start, boolean end) {
    Value characters = given.positional(name, 0, 1).some(0);
    if (characters != null && !(characters instanceof Str)) {
      throw TemplateException.type("%s arg must be None or str", name);
    }
    String set = characters == null ? null : characters.text();
    return self.like(Unicode.strip(self.value(), set, start, end));
  }

  /**
   * The part of a text that {@code start} and {@code end} arguments leave, in Java's characters.
   */
  private record Window(int from, int to, boolean valid) {
    static Window of(Str self, Bound bound) {
      int length = self.length();
      Value start = bound.or(1, None.NONE);
      Slices.Bounds cut = Slices.bounds(length, start, bound.or(2, None.NONE), None.NONE);
      // a start beyond the end finds nothing, not even the empty text
      boolean beyond =
          start != None.NONE && Numbers.index(start).compareTo(Int.of(length).number()) > 0;
      boolean valid = !beyond && cut.start() <= cut.stop();
      return new Window(
          self.offset((int) cut.start()),
          self.offset((int) Math.max(cut.start(), cut.stop())),
          valid);
    }

    String of(String text) {
      return text.substring(from, to);
    }
  }

  private static Value affix(Str self, Arguments given, String name) {
    Bound bound = given.positional(name, 1, 3);
    List<Value> wanted =
        bound.required(0) instanceof TupleValue many ? many.items() : List.of(bound.required(0));
    Window window = Window.of(self, bound);
    String text = window.of(self.value());
    for (Value one : wanted) {
      if (!(one instanceof Str affix)) {
        throw TemplateException.type(
            "%s first arg must be str or a tuple of str, not %s", name, one.type());
      }
      boolean has =
          name.equals("startswith") ? text.startsWith(affix.value()) : text.endsWith(affix.value());
      if (window.valid() && has) {
        return Bool.TRUE;
      }
    }
    return Bool.FALSE;
  }

  private static int find(Str self, Arguments given, String name) {
    Bound bound = given.positional(name, 1, 3);
    String wanted = bound.text(0).value();
    Window window = Window.of(self, bound);
    String text = window.of(self.value());
    int at = name.startsWith("r") ? text.lastIndexOf(wanted) : text.indexOf(wanted);
    return at < 0 || !window.valid() ? -1 : self.index(window.from() + at);
  }

  private static int found(int index) {
    if (index < 0) {
      throw TemplateException.value("substring not found");
    }
    return index;
  }

  private static Value count(Str self, Arguments given) {
    Bound bound = given.positional("count", 1, 3);
    Str wanted = bound.text(0);
    Window window = Window.of(self, bound);
    String text = window.of(self.value());
    if (!window.valid()) {
      return Int.ZERO;
    }
    if (!wanted.truth()) {
      return Int.of(text.codePointCount(0, text.length()) + 1L);
    }
    int count = 0;
    for (int at = text.indexOf(wanted.value());
        at >= 0;
        at = text.indexOf(wanted.value(), at + wanted.value().length())) {
      count++;
    }
    return Int.of(count);
  }

  private static Value replace(Str self, Arguments given) {
    Bound bound = given.positional("replace", 2, 3);
    Str with = self.safe() ? Html.escape(bound.required(1)) : bound.text(1);
    return self.like(
        replace(self.value(), bound.text(0).value(), with.value(), bound.integer(2, -1)));
  }

  /** Python's {@code replace}; a count below 0 is all. */
  public static String replace(String text, String old, String with, int count) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (int done = 0; done != count; done++) {
      // nothing is found before each character and at the end
      int from = old.isEmpty() && done > 0 ? after(text, at) : at;
      int found = from > text.length() ? -1 : text.indexOf(old, from);
      if (found < 0) {
        break;
      }
      out.append(text, at, found).append(with);
      Limits.length(out.length());
      at = found + old.length();
    }
    return out.append(text, at, text.length()).toString();
  }

  /** The place after a character; beyond the end at the end. */
  private static int after(String text, int at) {
    return at >= text.length() ? at + 1 : at + Character.charCount(text.codePointAt(at));
  }

  private static Value join(Str self, Arguments given) {
    return join(self, given.positional("join", 1, 1).required(0).iterator());
  }

  /** Joins texts; markup escapes them. */
  public static Str join(Str self, Iterator<Value> items) {
    StringBuilder out = new StringBuilder();
    boolean safe = self.safe();
    List<Str> texts = new ArrayList<>();
    for (int i = 0; items.hasNext(); i++) {
      Value item = items.next();
      if (!safe && !(item instanceof Str)) {
        throw TemplateException.type(
            "sequence item %s: expected str instance, %s found", i, item.type());
      }
      texts.add(safe ? Html.escape(item) : (Str) item);
    }
    for (int i = 0; i < texts.size(); i++) {
      out.append(i == 0 ? "" : self.value()).append(texts.get(i).value());
      Limits.length(out.length());
    }
    return self.like(out.toString());
  }

  private static Value pad(Str self, Arguments given, String name) {
    Bound bound = given.positional(name, 1, 2);
    Value fill = bound.or(1, new Str(" "));
    if (!(fill instanceof Str character)) {
      throw TemplateException.type(
          "The fill character must be a unicode character, not %s", fill.type());
    }
    Str filled = self.safe() ? Html.escape(character) : character;
    if (filled.length() != 1) {
      throw TemplateException.type("The fill character must be exactly one character long");
    }
    return self.like(pad(self, bound.integer(0, 0), filled.value(), name));
  }

  /** Pads to a width by {@code center}, {@code ljust} or {@code rjust}. */
  public static String pad(Str self, int width, String fill, String name) {
    int missing = Math.max(0, width - self.length());
    Limits.length((long) missing + self.length());
    // Python's centre: an odd blank goes to the left of texts in odd widths
    int left =
        switch (name) {
          case "ljust" -> 0;
          case "rjust" -> missing;
          default -> missing / 2 + (missing & width & 1);
        };
    return fill.repeat(left) + self.value() + fill.repeat(missing - left);
  }

  private static Value zfill(Str self, Arguments given) {
    int width = given.positional("zfill", 1, 1).integer(0, 0);
    int missing = Math.max(0, width - self.length());
    Limits.length((long) missing + self.length());
    String text = self.value();
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String zeros = "0".repeat(missing);
    return self.like(signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text);
  }

  private static Value expandTabs(Str self, Arguments given) {
    int size = given.bind("expandtabs", 0, "tabsize").integer(0, 8);
    StringBuilder out = new StringBuilder();
    int column = 0;
    for (int point : self.value().codePoints().toArray()) {
      if (point == '\t') {
        int blanks = size > 0 ? size - column % size : 0;
        Limits.length((long) out.length() + blanks);
        out.repeat(' ', blanks);
        column += blanks;
      } else {
        out.appendCodePoint(point);
        column = point == '\n' || point == '\r' ? 0 : column + 1;
      }
    }
    return self.like(out.toString());
  }

  private static Value translate(Str self, Arguments given) {
    Value table = given.positional("translate", 1, 1).required(0);
    StringBuilder out = new StringBuilder();
    self.value()
        .codePoints()
        .forEach(point -> {
          Value other = table.item(Int.of(point));
          switch (other) {
            case null -> out.appendCodePoint(point);
            case None none -> {}
            case Str text -> out.append(text.value());
            default -> out.appendCodePoint(Numbers.size(other));
          }
          Limits.length(out.length());
        });
    return self.like(out.toString());
  }
}
