package org.align4j.models.jinja.value;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.align4j.models.jinja.error.TemplateException;

/** What {@code keys()}, {@code values()} and {@code items()} of a dictionary give. */
public record DictView(Dict dict, Side side) implements Value {

  /** Which side of it. */
  public enum Side {
    KEYS("dict_keys"),
    VALUES("dict_values"),
    ITEMS("dict_items");

    private final String type;

    Side(String type) {
      this.type = type;
    }
  }

  public List<Value> items() {
    List<Value> items = new ArrayList<>();
    for (Dict.Entry entry : dict.entries()) {
      items.add(
          switch (side) {
            case KEYS -> entry.key();
            case VALUES -> entry.value();
            case ITEMS -> entry.pair();
          });
    }
    return items;
  }

  @Override
  public String type() {
    return side.type;
  }

  @Override
  public String repr() {
    return side.type + "([" + Repr.joined(items()) + "])";
  }

  @Override
  public boolean truth() {
    return dict.truth();
  }

  @Override
  public boolean iterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return items().iterator();
  }

  @Override
  public boolean sized() {
    return true;
  }

  @Override
  public int length() {
    return dict.length();
  }

  @Override
  public Object key() {
    if (side == Side.VALUES) {
      return dict;
    }
    throw TemplateException.type("unhashable type: '%s'", side.type);
  }
}
