package org.align4j.models.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code dict}: ordered, 1, 1.0 and True are one key; no template changes it. */
final class Dict implements Value {

  /** A key as it was first written, and its value. */
  record Entry(Value key, Value value) {
    TupleValue pair() {
      return TupleValue.of(key, value);
    }
  }

  private final Map<Object, Entry> entries = new LinkedHashMap<>();

  /** Only while the dictionary is built. */
  Dict put(Value key, Value value) {
    Entry before = entries.get(key.key());
    entries.put(key.key(), new Entry(before == null ? key : before.key(), value));
    return this;
  }

  Dict put(String key, Value value) {
    return put(new Str(key), value);
  }

  Dict putAll(Dict other) {
    other.entries.values().forEach(entry -> put(entry.key(), entry.value()));
    return this;
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  @Nullable Value get(Value key) {
    Entry entry = entries.get(key.key());
    return entry == null ? null : entry.value();
  }

  List<Value> keys() {
    List<Value> keys = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> keys.add(entry.key()));
    return keys;
  }

  @Override
  public String type() {
    return "dict";
  }

  @Override
  public String repr() {
    return Repr.within(
        this,
        "{...}",
        () -> {
          StringBuilder out = new StringBuilder("{");
          for (Entry entry : entries.values()) {
            out.append(out.length() > 1 ? ", " : "");
            out.append(entry.key().repr()).append(": ").append(entry.value().repr());
            Limits.length(out.length());
          }
          return out.append('}').toString();
        });
  }

  @Override
  public boolean truth() {
    return !entries.isEmpty();
  }

  @Override
  public @Nullable Value item(Value key) {
    try {
      return get(key);
    } catch (TemplateException e) {
      // a list or dictionary is no key: Jinja2 gives nothing for it
      return null;
    }
  }

  @Override
  public boolean iterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return keys().iterator();
  }

  @Override
  public boolean sized() {
    return true;
  }

  @Override
  public int length() {
    return entries.size();
  }

  @Override
  public Object key() {
    throw TemplateException.type("unhashable type: 'dict'");
  }
}
