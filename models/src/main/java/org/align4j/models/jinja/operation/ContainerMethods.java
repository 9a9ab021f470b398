package org.align4j.models.jinja.operation;

import com.google.common.collect.ImmutableSet;
import java.util.Iterator;
import java.util.List;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.call.Bound;
import org.align4j.models.jinja.call.Function;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.DictView;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Methods of lists, tuples and dictionaries. Those that change them exist, and are unsafe. */
public final class ContainerMethods {

  private static final ImmutableSet<String> LIST_CHANGES =
      ImmutableSet.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
  private static final ImmutableSet<String> DICT_CHANGES =
      ImmutableSet.of("clear", "pop", "popitem", "setdefault", "update");

  private ContainerMethods() {}

  static @Nullable Value ofList(ListValue list, String name) {
    if (LIST_CHANGES.contains(name)) {
      return Undefined.unsafe(list, name);
    }
    if (name.equals("copy")) {
      return new Function(
          name,
          (rendering, arguments) -> {
            arguments.positional(name, 0, 0);
            return new ListValue(list.items());
          });
    }
    return ofItems(list.items(), "list", name);
  }

  static @Nullable Value ofTuple(TupleValue tuple, String name) {
    return ofItems(tuple.items(), "tuple", name);
  }

  private static @Nullable Value ofItems(List<Value> items, String type, String name) {
    return switch (name) {
      case "count" ->
          new Function(
              name,
              (rendering, arguments) -> {
                Value wanted = arguments.positional(name, 1, 1).required(0);
                return Int.of(items.stream().filter(item -> same(item, wanted)).count());
              });
      case "index" -> new Function(name, (rendering, arguments) -> index(items, type, arguments));
      default -> null;
    };
  }

  private static boolean same(Value item, Value wanted) {
    return item == wanted || ValueComparison.equal(item, wanted);
  }

  private static Value index(List<Value> items, String type, Arguments arguments) {
    Bound bound = arguments.positional("index", 1, 3);
    int from = Slices.bounds(items.size(), bound.or(1, None.NONE), None.NONE, None.NONE).count();
    int to = (int) Slices.bounds(items.size(), None.NONE, bound.or(2, None.NONE), None.NONE).stop();
    for (int i = items.size() - from; i < to; i++) {
      if (same(items.get(i), bound.required(0))) {
        return Int.of(i);
      }
    }
    throw TemplateException.value(
        type.equals("list") ? "%s is not in list" : "tuple.index(x): x not in tuple",
        bound.required(0).repr());
  }

  static @Nullable Value ofDict(Dict dict, String name) {
    if (DICT_CHANGES.contains(name)) {
      return Undefined.unsafe(dict, name);
    }
    Function.Body body =
        switch (name) {
          case "get" ->
              (rendering, arguments) -> {
                Bound bound = arguments.positional(name, 1, 2);
                Value value = dict.get(bound.required(0));
                return value == null ? bound.or(1, None.NONE) : value;
              };
          case "keys" -> view(dict, DictView.Side.KEYS, name);
          case "values" -> view(dict, DictView.Side.VALUES, name);
          case "items" -> view(dict, DictView.Side.ITEMS, name);
          case "copy" ->
              (rendering, arguments) -> {
                arguments.positional(name, 0, 0);
                return new Dict().putAll(dict);
              };
          case "fromkeys" -> (rendering, arguments) -> fromKeys(arguments);
          default -> null;
        };
    return body == null ? null : new Function(name, body);
  }

  private static Function.Body view(Dict dict, DictView.Side side, String name) {
    return (rendering, arguments) -> {
      arguments.positional(name, 0, 0);
      return new DictView(dict, side);
    };
  }

  public static Dict fromKeys(Arguments arguments) {
    Bound bound = arguments.positional("fromkeys", 1, 2);
    Dict made = new Dict();
    bound.required(0).iterator().forEachRemaining(key -> made.put(key, bound.or(1, None.NONE)));
    return made;
  }

  /** Python's {@code dict(...)}: a mapping or pairs, and names. */
  public static Dict dict(Arguments arguments) {
    if (arguments.positional().size() > 1) {
      throw TemplateException.type(
          "dict expected at most 1 argument, got %s", arguments.positional().size());
    }
    Dict made = new Dict();
    for (Value given : arguments.positional()) {
      if (given instanceof Dict other) {
        made.putAll(other);
      } else {
        pairs(given, made);
      }
    }
    arguments.named().forEach(made::put);
    return made;
  }

  private static void pairs(Value given, Dict made) {
    int at = 0;
    for (Iterator<Value> i = given.iterator(); i.hasNext(); at++) {
      Value pair = i.next();
      if (!pair.iterable()) {
        throw TemplateException.type(
            "cannot convert dictionary update sequence element #%s to a sequence", at);
      }
      List<Value> both = Iterables.list(pair);
      if (both.size() != 2) {
        throw TemplateException.value(
            "dictionary update sequence element #%s has length %s; 2 is required", at, both.size());
      }
      made.put(both.get(0), both.get(1));
    }
  }
}
