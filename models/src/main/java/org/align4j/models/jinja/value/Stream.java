package org.align4j.models.jinja.value;

import java.util.Iterator;

/** Python's generators and iterators: items come one by one, and once. */
public record Stream(String type, String name, Iterator<Value> items) implements Value {

  /** A generator, by the name of the function that makes it. */
  public static Stream generator(String name, Iterator<Value> items) {
    return new Stream("generator", name, items);
  }

  @Override
  public String repr() {
    return type.equals("generator") ? "<generator object " + name + ">" : "<" + type + " object>";
  }

  @Override
  public boolean iterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return items;
  }

  @Override
  public Object key() {
    return items;
  }
}
