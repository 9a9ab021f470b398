package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.align4j.algorithms.registry.Registry;

/** Reads and replaces components of configuration records by name, as the command line needs. */
public final class RecordFields {

  private RecordFields() {}

  /**
   * A copy of a record with one component replaced. The record's own checks run.
   *
   * @param value as text: a number, true or false, an enum constant in any case, or a string
   * @throws IllegalArgumentException for an unknown name (with the nearest one), a value that does
   *     not parse, or one that the record refuses
   */
  public static <R extends Record> R with(R settings, String field, String value) {
    RecordComponent[] components = settings.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    boolean found = false;
    for (int i = 0; i < components.length; i++) {
      boolean here = components[i].getName().equals(field);
      values[i] = here ? parse(components[i], value) : read(settings, components[i]);
      found |= here;
    }
    checkArgument(
        found,
        "%s: unknown field; did you mean %s? Known: %s",
        field,
        Registry.Names.nearest(field, names(components)),
        String.join(", ", names(components)));
    return construct(settings, components, values);
  }

  /** All components by name, in order. */
  public static ImmutableMap<String, Object> values(Record settings) {
    var map = ImmutableMap.<String, Object>builder();
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      map.put(component.getName(), read(settings, component));
    }
    return map.build();
  }

  private static java.util.List<String> names(RecordComponent[] components) {
    return Arrays.stream(components).map(RecordComponent::getName).toList();
  }

  private static Object parse(RecordComponent component, String value) {
    Class<?> type = component.getType();
    String text = value.strip();
    try {
      if (type == int.class) {
        return Integer.parseInt(text);
      } else if (type == long.class) {
        return Long.parseLong(text);
      } else if (type == float.class) {
        return Float.parseFloat(text);
      } else if (type == double.class) {
        return Double.parseDouble(text);
      } else if (type == String.class) {
        return text;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s is %s: it must be a number (%s)".formatted(component.getName(), text, type), e);
    }
    if (type == boolean.class) {
      checkArgument(
          text.equals("true") || text.equals("false"),
          "%s is %s: it must be true or false",
          component.getName(),
          text);
      return text.equals("true");
    }
    checkArgument(type.isEnum(), "%s cannot be set by name: it is a %s", component.getName(), type);
    for (Object constant : type.getEnumConstants()) {
      if (constant.toString().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "%s is %s: it must be one of %s"
            .formatted(
                component.getName(),
                text,
                Arrays.stream(type.getEnumConstants())
                    .map(Object::toString)
                    .collect(Collectors.joining(", "))));
  }

  private static Object read(Record settings, RecordComponent component) {
    try {
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <R extends Record> R construct(
      R settings, RecordComponent[] components, Object[] values) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor =
          (Constructor<R>) settings.getClass().getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException(settings.getClass() + " cannot be made", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(settings.getClass() + " cannot be made", e);
    }
  }
}
