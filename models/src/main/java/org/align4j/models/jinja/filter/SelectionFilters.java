package org.align4j.models.jinja.filter;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.value.Stream;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/**
 * Filters that look at each item as it is asked for: {@code map}, {@code select}, {@code unique}.
 */
final class SelectionFilters {

  static final ImmutableMap<String, Filters.Filter> ALL =
      ImmutableMap.of(
          "map", SelectionFilters::map,
          "select", (rendering, value, given) -> select(rendering, value, given, true, false),
          "reject", (rendering, value, given) -> select(rendering, value, given, false, false),
          "selectattr", (rendering, value, given) -> select(rendering, value, given, true, true),
          "rejectattr", (rendering, value, given) -> select(rendering, value, given, false, true),
          "unique", SelectionFilters::unique);

  private SelectionFilters() {}

  /**
   * Items one by one; arguments are looked at with the first.
   *
   * @param step what an item becomes; null leaves it out
   */
  private static Stream lazily(
      String name, Rendering rendering, Value value, boolean empty, Supplier<ItemFunction> step) {
    return Stream.generator(
        name,
        new AbstractIterator<>() {
          private @Nullable Iterator<Value> left;
          private @Nullable ItemFunction each;

          @Override
          protected @Nullable Value computeNext() {
            if (left == null || each == null) {
              // an empty value is not even looped over: None is nothing
              if (empty && !value.truth()) {
                return endOfData();
              }
              each = step.get();
              left = value.iterator();
            }
            while (left.hasNext()) {
              rendering.step();
              Value found = each.of(left.next());
              if (found != null) {
                return found;
              }
            }
            return endOfData();
          }
        });
  }

  @FunctionalInterface
  private interface ItemFunction {
    @Nullable Value of(Value item);
  }

  private static Value map(Rendering rendering, Value value, Arguments given) {
    return lazily(
        "sync_do_map",
        rendering,
        value,
        true,
        () -> {
          UnaryOperator<Value> mapping = mapping(rendering, given);
          return mapping::apply;
        });
  }

  private static UnaryOperator<Value> mapping(Rendering rendering, Arguments given) {
    if (given.positional().isEmpty() && given.named().containsKey("attribute")) {
      Map<String, Value> left = new LinkedHashMap<>(given.named());
      Value attribute = left.remove("attribute");
      Selector selector = new Selector(attribute, false, left.remove("default"));
      if (!left.isEmpty()) {
        throw TemplateException.of(
            Kind.FILTER_ARGUMENT,
            "Unexpected keyword argument %s",
            Quotes.of(left.keySet().iterator().next()));
      }
      return selector::of;
    }
    if (given.positional().isEmpty()) {
      throw TemplateException.of(Kind.FILTER_ARGUMENT, "map requires a filter argument");
    }
    String name = given.positional().get(0).text();
    Arguments rest = given.from(1);
    return item -> Filters.apply(rendering, name, item, rest);
  }

  private static Value select(
      Rendering rendering, Value value, Arguments given, boolean wanted, boolean attribute) {
    return lazily(
        "select_or_reject",
        rendering,
        value,
        true,
        () -> {
          Predicate<Value> predicate = predicate(rendering, given, attribute);
          return item -> predicate.test(item) == wanted ? item : null;
        });
  }

  private static Predicate<Value> predicate(
      Rendering rendering, Arguments given, boolean attribute) {
    if (attribute && given.positional().isEmpty()) {
      throw TemplateException.of(Kind.FILTER_ARGUMENT, "Missing parameter for attribute name");
    }
    Selector selector = new Selector(attribute ? given.positional().get(0) : null, false, null);
    Arguments rest = attribute ? given.from(1) : given;
    if (rest.positional().isEmpty()) {
      return item -> selector.of(item).truth();
    }
    String name = rest.positional().get(0).text();
    Arguments more = rest.from(1);
    return item -> Checks.holds(rendering, name, selector.of(item), more);
  }

  private static Value unique(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("unique", 0, "case_sensitive", "attribute");
    Selector selector = new Selector(bound.some(1), !bound.truth(0, false), null);
    return lazily(
        "sync_do_unique",
        rendering,
        value,
        false,
        () -> {
          Set<Object> seen = new HashSet<>();
          return item -> seen.add(selector.of(item).key()) ? item : null;
        });
  }
}
