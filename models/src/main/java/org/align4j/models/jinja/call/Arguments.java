package org.align4j.models.jinja.call;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** What a function is called with. */
public record Arguments(List<Value> positional, Map<String, Value> named) {

  public static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(Value... positional) {
    return new Arguments(List.of(positional), Map.of());
  }

  /** The same without the first positional ones. */
  public Arguments from(int first) {
    return new Arguments(positional.subList(first, positional.size()), named);
  }

  /**
   * Binds them to parameters, as Python does.
   *
   * @param required how many of the names must be given
   */
  public Bound bind(String function, int required, String... names) {
    if (positional.size() > names.length) {
      throw TemplateException.type(
          "%s() takes at most %s arguments (%s given)", function, names.length, positional.size());
    }
    @Nullable Value[] values = new Value[names.length];
    for (int i = 0; i < positional.size(); i++) {
      values[i] = positional.get(i);
    }
    Map<String, Value> left = new LinkedHashMap<>(named);
    for (int i = 0; i < names.length; i++) {
      Value value = left.remove(names[i]);
      if (value != null && values[i] != null) {
        throw TemplateException.type(
            "%s() got multiple values for argument '%s'", function, names[i]);
      }
      values[i] = value == null ? values[i] : value;
      if (values[i] == null && i < required) {
        throw TemplateException.type("%s() missing required argument '%s'", function, names[i]);
      }
    }
    if (!left.isEmpty()) {
      throw TemplateException.type(
          "%s() got an unexpected keyword argument '%s'",
          function, left.keySet().iterator().next());
    }
    return new Bound(values);
  }

  /** Arguments of a function that takes no names. */
  public Bound positional(String function, int least, int most) {
    if (!named.isEmpty()) {
      throw TemplateException.type("%s() takes no keyword arguments", function);
    }
    int count = positional.size();
    if (count < least || count > most) {
      throw TemplateException.type(
          "%s() takes %s arguments (%s given)",
          function, least == most ? "" + least : least + " to " + most, count);
    }
    @Nullable Value[] values = new Value[most];
    for (int i = 0; i < count; i++) {
      values[i] = positional.get(i);
    }
    return new Bound(values);
  }
}
