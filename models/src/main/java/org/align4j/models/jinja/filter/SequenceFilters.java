package org.align4j.models.jinja.filter;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterators;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.operation.Arithmetic;
import org.align4j.models.jinja.operation.Html;
import org.align4j.models.jinja.operation.Iterables;
import org.align4j.models.jinja.operation.StrMethods;
import org.align4j.models.jinja.operation.StrSplits;
import org.align4j.models.jinja.operation.ValueComparison;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.DictView;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Stream;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Filters of sequences: order, groups, parts and sums. */
final class SequenceFilters {

  static final ImmutableMap<String, Filters.Filter> ALL =
      ImmutableMap.<String, Filters.Filter>builder()
          .put("length", SequenceFilters::length)
          .put("count", SequenceFilters::length)
          .put(
              "list",
              (rendering, value, given) -> {
                given.bind("list", 0);
                return new ListValue(Iterables.list(value));
              })
          .put("first", SequenceFilters::first)
          .put("last", SequenceFilters::last)
          .put("reverse", SequenceFilters::reverse)
          .put("join", SequenceFilters::join)
          .put("sort", SequenceFilters::sort)
          .put("dictsort", SequenceFilters::dictSort)
          .put("min", (rendering, value, given) -> extreme("min", value, given))
          .put("max", (rendering, value, given) -> extreme("max", value, given))
          .put("sum", SequenceFilters::sum)
          .put("groupby", SequenceFilters::groupBy)
          .put("batch", SequenceFilters::batch)
          .put("slice", SequenceFilters::slice)
          .put("items", SequenceFilters::items)
          .buildOrThrow();

  private SequenceFilters() {}

  private static Value length(Rendering rendering, Value value, Arguments given) {
    given.positional("len", 0, 0);
    return Int.of(value.length());
  }

  private static Value first(Rendering rendering, Value value, Arguments given) {
    given.bind("first", 0);
    Iterator<Value> items = value.iterator();
    return items.hasNext() ? items.next() : Undefined.hint("No first item, sequence was empty.");
  }

  private static Value last(Rendering rendering, Value value, Arguments given) {
    given.bind("last", 0);
    Iterator<Value> items = Iterables.reversed(value).iterator();
    return items.hasNext() ? items.next() : Undefined.hint("No last item, sequence was empty.");
  }

  private static Value reverse(Rendering rendering, Value value, Arguments given) {
    given.bind("reverse", 0);
    if (value instanceof Str text) {
      return text.like(new StringBuilder(text.value()).reverse().toString());
    }
    if (!value.iterable()) {
      throw TemplateException.of(Kind.FILTER_ARGUMENT, "argument must be iterable");
    }
    if (value instanceof Stream) {
      List<Value> turned = new ArrayList<>(Iterables.list(value));
      Collections.reverse(turned);
      return new ListValue(turned);
    }
    return Iterables.reversed(value);
  }

  private static Value join(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("join", 0, "d", "attribute");
    Value separator = bound.or(0, Str.EMPTY);
    Value attribute = bound.some(1);
    Selector selector = new Selector(attribute, false, null);
    List<Value> texts = new ArrayList<>();
    boolean markup = false;
    for (Iterator<Value> i = value.iterator(); i.hasNext(); ) {
      Value item = selector.of(i.next());
      markup |= TextFilters.isMarkup(item);
      texts.add(rendering.escaping() && TextFilters.isMarkup(item) ? item : new Str(item.text()));
    }
    if (!rendering.escaping()) {
      return StrMethods.join(new Str(separator.text()), texts.iterator());
    }
    boolean safe = TextFilters.isMarkup(separator);
    Str between =
        safe
            ? TextFilters.soft(separator)
            : markup ? Html.escape(separator) : new Str(separator.text());
    return StrMethods.join(between, texts.iterator());
  }

  private static List<Value> sorted(List<Value> items, List<Value> keys, boolean reverse) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      order.add(i);
    }
    Comparator<Integer> comparator =
        (first, second) -> ValueComparison.compare(keys.get(first), keys.get(second));
    try {
      order.sort(reverse ? comparator.reversed() : comparator);
    } catch (TemplateException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw TemplateException.type("the items have no order");
    }
    return order.stream().map(items::get).toList();
  }

  private static Value sort(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    boolean lower = !bound.truth(1, false);
    Value attribute = bound.some(2);
    List<Selector> selectors = new ArrayList<>();
    if (attribute instanceof Str names) {
      StrSplits.split(names.value(), ",", -1)
          .forEach(name -> selectors.add(new Selector(new Str(name), lower, null)));
    } else {
      selectors.add(new Selector(attribute, lower, null));
    }
    List<Value> items = Iterables.list(value);
    List<Value> keys = new ArrayList<>();
    for (Value item : items) {
      keys.add(new ListValue(selectors.stream().map(selector -> selector.of(item)).toList()));
    }
    return new ListValue(sorted(items, keys, bound.flag(0)));
  }

  private static Value dictSort(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    String by = bound.or(1, new Str("key")).text();
    if (!by.equals("key") && !by.equals("value")) {
      throw TemplateException.of(
          Kind.FILTER_ARGUMENT, "You can only sort by either \"key\" or \"value\"");
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(value instanceof Dict dict)) {
      throw TemplateException.type("'%s' object has no attribute 'items'", value.type());
    }
    Selector selector =
        new Selector(Int.of(by.equals("key") ? 0 : 1), !bound.truth(0, false), null);
    List<Value> pairs = new DictView(dict, DictView.Side.ITEMS).items();
    return new ListValue(sorted(pairs, pairs.stream().map(selector::of).toList(), bound.flag(2)));
  }

  private static Value extreme(String name, Value value, Arguments given) {
    Bound bound = given.bind(name, 0, "case_sensitive", "attribute");
    Selector selector = new Selector(bound.some(1), !bound.truth(0, false), null);
    Value best = null;
    Value bestKey = null;
    for (Iterator<Value> i = value.iterator(); i.hasNext(); ) {
      Value item = i.next();
      Value key = selector.of(item);
      if (bestKey == null
          || ValueComparison.ordered(name.equals("min") ? "<" : ">", key, bestKey)) {
        best = item;
        bestKey = key;
      }
    }
    return best == null ? Undefined.hint("No aggregated item, sequence was empty.") : best;
  }

  private static Value sum(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("sum", 0, "attribute", "start");
    Selector selector = new Selector(bound.some(0), false, null);
    Value total = bound.or(1, Int.ZERO);
    if (total instanceof Str) {
      throw TemplateException.type("sum() can't sum strings [use ''.join(seq) instead]");
    }
    for (Iterator<Value> i = value.iterator(); i.hasNext(); ) {
      total = rendering.made(Arithmetic.add(total, selector.of(i.next())));
    }
    return total;
  }

  private static Value groupBy(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("groupby", 1, "attribute", "default", "case_sensitive");
    boolean sensitive = bound.truth(2, false);
    Selector keys = new Selector(bound.required(0), !sensitive, bound.some(1));
    Selector shown = new Selector(bound.required(0), false, bound.some(1));
    List<Value> items = Iterables.list(value);
    List<Value> ordered = sorted(items, items.stream().map(keys::of).toList(), false);
    List<Value> groups = new ArrayList<>();
    for (int from = 0, to; from < ordered.size(); from = to) {
      Value key = keys.of(ordered.get(from));
      to = from + 1;
      while (to < ordered.size() && ValueComparison.equal(keys.of(ordered.get(to)), key)) {
        to++;
      }
      groups.add(
          TupleValue.group(shown.of(ordered.get(from)), new ListValue(ordered.subList(from, to))));
    }
    return new ListValue(groups);
  }

  private static Value batch(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("batch", 1, "linecount", "fill_with");
    Value size = bound.required(0);
    Value fill = bound.some(1);
    return Stream.generator(
        "do_batch",
        new AbstractIterator<>() {
          private @Nullable Iterator<Value> left;

          @Override
          protected @Nullable Value computeNext() {
            if (left == null) {
              left = value.iterator();
            }
            if (!left.hasNext()) {
              return endOfData();
            }
            List<Value> row = new ArrayList<>();
            do {
              row.add(left.next());
            } while (left.hasNext() && !ValueComparison.equal(Int.of(row.size()), size));
            if (fill != null && ValueComparison.ordered("<", Int.of(row.size()), size)) {
              int wanted = Limits.length(Numbers.size(size));
              row.addAll(Collections.nCopies(wanted - row.size(), fill));
            }
            return new ListValue(row);
          }
        });
  }

  private static Value slice(Rendering rendering, Value value, Arguments given) {
    Bound bound = given.bind("slice", 1, "slices", "fill_with");
    Value wanted = bound.required(0);
    Value fill = bound.some(1);
    return Stream.generator(
        "sync_do_slice",
        new AbstractIterator<>() {
          private @Nullable Iterator<Value> left;

          @Override
          protected @Nullable Value computeNext() {
            if (left == null) {
              left = columns(Iterables.list(value), Numbers.size(wanted), fill).iterator();
            }
            return left.hasNext() ? left.next() : endOfData();
          }
        });
  }

  private static List<Value> columns(List<Value> items, int count, @Nullable Value fill) {
    if (count == 0) {
      throw Arithmetic.zero("integer division or modulo by zero");
    }
    Limits.length(count);
    int size = Math.floorDiv(items.size(), count);
    int larger = Math.floorMod(items.size(), count);
    List<Value> columns = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < count; i++) {
      int to = from + size + (i < larger ? 1 : 0);
      List<Value> column = new ArrayList<>(items.subList(from, to));
      if (fill != null && i >= larger) {
        column.add(fill);
      }
      columns.add(new ListValue(column));
      from = to;
    }
    return columns;
  }

  private static Value items(Rendering rendering, Value value, Arguments given) {
    given.bind("items", 0);
    return Stream.generator(
        "do_items",
        new AbstractIterator<>() {
          private @Nullable Iterator<Value> left;

          @Override
          protected @Nullable Value computeNext() {
            if (left == null) {
              left =
                  switch (value) {
                    case Undefined undefined -> Iterators.forArray();
                    case Dict dict -> new DictView(dict, DictView.Side.ITEMS).iterator();
                    default ->
                        throw TemplateException.type("Can only get item pairs from a mapping.");
                  };
            }
            return left.hasNext() ? left.next() : endOfData();
          }
        });
  }
}
