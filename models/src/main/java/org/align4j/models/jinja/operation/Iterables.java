package org.align4j.models.jinja.operation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.DictView;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Range;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Stream;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;

/** Items of values, all at once. */
public final class Iterables {

  private Iterables() {}

  /** Python's {@code list(value)}, to read. */
  public static List<Value> list(Value value) {
    if (value instanceof ListValue list) {
      return list.items();
    }
    if (value instanceof TupleValue tuple) {
      return tuple.items();
    }
    List<Value> items = new ArrayList<>();
    for (Iterator<Value> i = value.iterator(); i.hasNext(); ) {
      items.add(i.next());
      Limits.length(items.size());
    }
    return items;
  }

  /** Python's {@code reversed(value)}: sequences and dictionaries only. */
  public static Stream reversed(Value value) {
    List<Value> items =
        switch (value) {
          case Undefined undefined -> List.of();
          case Str text -> list(text);
          case ListValue list -> list.items();
          case TupleValue tuple -> tuple.items();
          case Dict dict -> dict.keys();
          case DictView view -> view.items();
          case Range range -> list(range);
          default -> throw TemplateException.type("'%s' object is not reversible", value.type());
        };
    List<Value> turned = new ArrayList<>(items);
    Collections.reverse(turned);
    String type =
        switch (value) {
          case ListValue list -> "list_reverseiterator";
          case Range range -> "range_iterator";
          case Dict dict -> "dict_reversekeyiterator";
          default -> "reversed";
        };
    return new Stream(type, type, turned.iterator());
  }
}
