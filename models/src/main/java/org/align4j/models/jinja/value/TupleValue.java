package org.align4j.models.jinja.value;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code tuple}; those of {@code groupby} name their two items. */
public final class TupleValue implements Value {

  private final List<Value> items;
  private final boolean group;

  public TupleValue(List<Value> items) {
    this(items, false);
  }

  private TupleValue(List<Value> items, boolean group) {
    this.items = Collections.unmodifiableList(items);
    this.group = group;
  }

  public static TupleValue of(Value... items) {
    return new TupleValue(List.of(items));
  }

  /** What {@code groupby} gives: a grouper and the list of its items. */
  public static TupleValue group(Value grouper, Value list) {
    return new TupleValue(List.of(grouper, list), true);
  }

  public List<Value> items() {
    return items;
  }

  @Override
  public String type() {
    return group ? "_GroupTuple" : "tuple";
  }

  @Override
  public String repr() {
    return "(" + Repr.joined(items) + (items.size() == 1 ? ",)" : ")");
  }

  @Override
  public boolean truth() {
    return !items.isEmpty();
  }

  @Override
  public @Nullable Value attribute(String name) {
    if (group && name.equals("grouper")) {
      return items.get(0);
    }
    if (group && name.equals("list")) {
      return items.get(1);
    }
    return null;
  }

  @Override
  public @Nullable Value item(Value key) {
    int index = Numbers.place(key, items.size());
    return index < 0 ? null : items.get(index);
  }

  @Override
  public boolean iterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return items.iterator();
  }

  @Override
  public boolean sized() {
    return true;
  }

  @Override
  public int length() {
    return items.size();
  }

  @Override
  public Object key() {
    return items.stream().map(Value::key).toList();
  }
}
