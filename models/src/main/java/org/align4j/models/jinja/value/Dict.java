package org.align4j.models.jinja.value;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.jspecify.annotations.Nullable;

/** Python's {@code dict}: ordered, 1, 1.0 and True are one key; no template changes it. */
public final class Dict implements Value {

  /** A key as it was first written, and its value. */
  public record Entry(Value key, Value value) {
    TupleValue pair() {
      return TupleValue.of(key, value);
    }
  }

  private final Map<Object, Entry> entries = new LinkedHashMap<>();

  /** Only while the dictionary is built. */
  public Dict put(Value key, Value value) {
    Entry before = entries.get(key.key());
    entries.put(key.key(), new Entry(before == null ? key : before.key(), value));
    return this;
  }

  public Dict put(String key, Value value) {
    return put(new Str(key), value);
  }

  public Dict putAll(Dict other) {
    other.entries.values().forEach(entry -> put(entry.key(), entry.value()));
    return this;
  }

  public Collection<Entry> entries() {
    return entries.values();
  }

  public @Nullable Value get(Value key) {
    Entry entry = entries.get(key.key());
    return entry == null ? null : entry.value();
  }

  public List<Value> keys() {
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
