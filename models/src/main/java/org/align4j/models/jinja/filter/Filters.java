package org.align4j.models.jinja.filter;

import com.google.common.collect.ImmutableMap;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.operation.Lookup;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;

/** Jinja2's filters by their names, and transformers' {@code tojson}. */
public final class Filters {

  /** What a filter makes of a value. */
  @FunctionalInterface
  interface Filter {
    Value apply(Rendering rendering, Value value, Arguments arguments);
  }

  public static final ImmutableMap<String, Filter> ALL =
      ImmutableMap.<String, Filter>builder()
          .putAll(TextFilters.ALL)
          .putAll(HtmlFilters.ALL)
          .putAll(NumberFilters.ALL)
          .putAll(SequenceFilters.ALL)
          .putAll(SelectionFilters.ALL)
          .put("tojson", (rendering, value, given) -> JsonDump.dumps(value, given))
          .put("default", Filters::orDefault)
          .put("d", Filters::orDefault)
          .put(
              "attr",
              (rendering, value, given) -> {
                Bound bound = given.bind("attr", 1, "name");
                return Lookup.attributeOnly(value, bound.text(0).value());
              })
          .put(
              "pprint",
              (rendering, value, given) -> {
                given.bind("pprint", 0);
                return new Str(PrettyPrint.format(value));
              })
          .put(
              "random",
              (rendering, value, given) -> {
                throw TemplateException.unsupported("the filter random");
              })
          .buildOrThrow();

  private Filters() {}

  /** Applies a filter by its name, as {@code map} does. */
  public static Value apply(Rendering rendering, String name, Value value, Arguments arguments) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw TemplateException.of(
          TemplateException.Kind.RUNTIME, "No filter named %s found.", Quotes.of(name));
    }
    rendering.step();
    return rendering.made(filter.apply(rendering, value, arguments));
  }

  private static Value orDefault(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("default", 0, "default_value", "boolean");
    boolean absent = value instanceof Undefined || (bound.truth(1, false) && !value.truth());
    return absent ? bound.or(0, Str.EMPTY) : value;
  }
}
