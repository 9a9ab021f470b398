package org.align4j.models.jinja.value;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.align4j.models.jinja.error.TemplateException;
import org.jspecify.annotations.Nullable;

/** Python's {@code list}, which no template changes. */
public final class ListValue implements Value {

  private final List<Value> items;

  public ListValue(List<Value> items) {
    this.items = Collections.unmodifiableList(items);
  }

  public List<Value> items() {
    return items;
  }

  @Override
  public String type() {
    return "list";
  }

  @Override
  public String repr() {
    return Repr.within(this, "[...]", () -> "[" + Repr.joined(items) + "]");
  }

  @Override
  public boolean truth() {
    return !items.isEmpty();
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
    throw TemplateException.type("unhashable type: 'list'");
  }
}
