package org.align4j.models.jinja.run;

import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.Repr;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Jinja2's {@code namespace}: the one thing that a template may change from an inner scope. */
public final class Namespace implements Value {

  private final Map<String, Value> attributes = new LinkedHashMap<>();

  Namespace(Dict initial) {
    initial.entries().forEach(entry -> set(entry.key().text(), entry.value()));
  }

  public void set(String name, Value value) {
    if (name.startsWith("_")) {
      throw TemplateException.of(
          Kind.SECURITY,
          "Chat templates cannot store underscore-prefixed attributes on a namespace, but got %s."
              + " Please rename the attribute.",
          Quotes.of(name));
    }
    attributes.put(name, value);
  }

  @Override
  public String type() {
    return "Namespace";
  }

  @Override
  public String repr() {
    return "<Namespace " + Repr.within(this, "{...}", this::attributes) + ">";
  }

  private String attributes() {
    Dict dict = new Dict();
    attributes.forEach(dict::put);
    return dict.repr();
  }

  @Override
  public @Nullable Value attribute(String name) {
    return attributes.get(name);
  }
}
