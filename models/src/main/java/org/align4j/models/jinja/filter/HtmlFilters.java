package org.align4j.models.jinja.filter;

import com.google.common.collect.ImmutableMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.operation.Html;
import org.align4j.models.jinja.operation.Iterables;
import org.align4j.models.jinja.operation.StrSplits;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.DictView;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;

/** Filters for markup and addresses. */
final class HtmlFilters {

  static final ImmutableMap<String, Filters.Filter> ALL =
      ImmutableMap.<String, Filters.Filter>builder()
          .put("escape", HtmlFilters::escape)
          .put("e", HtmlFilters::escape)
          .put(
              "forceescape",
              (rendering, value, given) -> {
                given.bind("forceescape", 0);
                return Html.escape(new Str(value.text()));
              })
          .put(
              "safe",
              (rendering, value, given) -> {
                given.bind("safe", 0);
                return new Str(value.text(), true);
              })
          .put(
              "striptags",
              (rendering, value, given) -> {
                given.bind("striptags", 0);
                return Html.withoutTags(new Str(value.text()));
              })
          .put(
              "urlencode",
              (rendering, value, given) -> {
                given.bind("urlencode", 0);
                return new Str(urlEncode(value));
              })
          .put("xmlattr", HtmlFilters::xmlAttributes)
          .put("urlize", HtmlFilters::urlize)
          .buildOrThrow();

  private HtmlFilters() {}

  private static Value escape(Rendering rendering, Value value, Arguments given) {
    given.bind("escape", 0);
    return Html.escape(value);
  }

  private static Value xmlAttributes(Rendering rendering, Value value, Arguments given) {
    boolean space = given.bind("xmlattr", 0, "autospace").truth(0, true);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(value instanceof Dict dict)) {
      throw TemplateException.type("'%s' object has no attribute 'items'", value.type());
    }
    StringBuilder out = new StringBuilder();
    for (Dict.Entry entry : dict.entries()) {
      if (entry.value() == None.NONE || entry.value() instanceof Undefined) {
        continue;
      }
      String key = Bound.text(entry.key()).value();
      if (key.chars().anyMatch(letter -> " \t\n\r\f\u000b/>=".indexOf(letter) >= 0)) {
        throw TemplateException.value("Invalid character in attribute name: %s", Quotes.of(key));
      }
      out.append(space || !out.isEmpty() ? " " : "");
      out.append(Html.escape(entry.key()).value())
          .append("=\"")
          .append(Html.escape(entry.value()).value())
          .append('"');
    }
    return rendering.marked(out.toString());
  }

  private static String urlEncode(Value value) {
    if (value instanceof Str || !value.iterable()) {
      return quoted(value, false);
    }
    List<String> pairs = new ArrayList<>();
    for (Value item :
        value instanceof Dict dict
            ? new DictView(dict, DictView.Side.ITEMS).items()
            : Iterables.list(value)) {
      List<Value> pair = Iterables.list(item);
      if (pair.size() != 2) {
        throw TemplateException.value("urlencode takes pairs, not %s items", pair.size());
      }
      pairs.add(quoted(pair.get(0), true) + "=" + quoted(pair.get(1), true));
    }
    return String.join("&", pairs);
  }

  private static String quoted(Value value, boolean query) {
    StringBuilder out = new StringBuilder();
    for (byte each : value.text().getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (each & 0xFF);
      boolean plain =
          (letter < 0x80 && Character.isLetterOrDigit(letter)) || "_.-~".indexOf(letter) >= 0;
      if (plain || (letter == '/' && !query)) {
        out.append(letter);
      } else if (letter == ' ' && query) {
        out.append('+');
      } else {
        out.append(String.format(Locale.ROOT, "%%%02X", (int) letter));
      }
    }
    return out.toString();
  }

  private static Value urlize(Rendering rendering, Value value, Arguments given) {
    Bound bound =
        given.bind("urlize", 0, "trim_url_limit", "nofollow", "target", "rel", "extra_schemes");
    Value rel = bound.some(3);
    TreeSet<String> relations = new TreeSet<>();
    if (rel != null) {
      relations.addAll(StrSplits.split(Bound.text(rel).value(), null, -1));
    }
    relations.add("noopener");
    if (bound.truth(1, false)) {
      relations.add("nofollow");
    }
    List<String> schemes = new ArrayList<>();
    Value more = bound.some(4);
    if (more != null) {
      more.iterator().forEachRemaining(scheme -> schemes.add(Bound.text(scheme).value()));
    }
    for (String scheme : schemes) {
      if (!scheme.matches("[\\w.+-]{2,}:/{0,2}")) {
        throw TemplateException.of(
            Kind.FILTER_ARGUMENT, "%s is not a valid URI scheme prefix.", Quotes.of(scheme));
      }
    }
    Value target = bound.some(2);
    Value limit = bound.some(0);
    Urlize links =
        new Urlize(
            limit,
            String.join(" ", relations),
            target == null ? "" : Html.escape(target).value(),
            schemes);
    return rendering.marked(links.links(Html.escape(value).value()));
  }

  /** Python's {@code re.split(r"(\s+)")}: words and the blanks between, alternating. */
  static List<String> words(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean blank = false;
    for (int point : text.codePoints().toArray()) {
      if (Unicode.isSpace(point) != blank) {
        parts.add(part.toString());
        part.setLength(0);
        blank = !blank;
      }
      part.appendCodePoint(point);
    }
    parts.add(part.toString());
    return parts;
  }
}
