package org.align4j.algorithms.settings.field;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.common.collect.ImmutableList;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.align4j.core.registry.NearestName;
import org.jspecify.annotations.Nullable;

/** How one field is written and read as text. */
final class FieldType {

  /** Infinite bounds are no bounds. */
  private static final String NO_BOUND = "none";

  private final String path;
  private final Doc doc;
  private final Class<?> optional;
  private final Class<?> type;

  private FieldType(String path, Doc doc, Class<?> optional, Class<?> type) {
    this.path = path;
    this.doc = doc;
    this.optional = optional;
    this.type = type;
  }

  static FieldType of(String path, RecordComponent component) {
    Class<?> declared = component.getType();
    Class<?> type = declared;
    if (declared == OptionalDouble.class) {
      type = double.class;
    } else if (declared == OptionalInt.class) {
      type = int.class;
    } else if (declared == Optional.class) {
      type =
          (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
    }
    Doc doc = checkNotNull(component.getAnnotation(Doc.class), "%s has no @Doc", path);
    return new FieldType(path, doc, declared, type);
  }

  Doc doc() {
    return doc;
  }

  boolean isOptional() {
    return optional != type;
  }

  /** What may be written. */
  String description() {
    if (type == int.class || type == long.class) {
      return "whole number";
    } else if (type == double.class) {
      return "number";
    } else if (type.isEnum()) {
      return String.join(" | ", names());
    }
    return type == boolean.class || type == Boolean.class ? "true | false" : "text";
  }

  /** The value as text. */
  String text(Object value) {
    return node(value).asText();
  }

  /** The value as JSON. */
  JsonNode node(Object value) {
    Object inner = inner(value);
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (inner == null) {
      return json.textNode(doc.unset());
    } else if (inner instanceof Double number) {
      return number.isInfinite() ? json.textNode(NO_BOUND) : json.numberNode(number);
    } else if (inner instanceof Integer || inner instanceof Long) {
      return json.numberNode(((Number) inner).longValue());
    } else if (inner instanceof Boolean flag) {
      return json.booleanNode(flag);
    }
    return json.textNode(inner instanceof Enum<?> constant ? name(constant) : inner.toString());
  }

  private static @Nullable Object inner(Object value) {
    if (value instanceof OptionalDouble number) {
      return number.isPresent() ? number.getAsDouble() : null;
    } else if (value instanceof OptionalInt number) {
      return number.isPresent() ? number.getAsInt() : null;
    } else if (value instanceof Optional<?> any) {
      return any.isPresent() ? any.get() : null;
    }
    return value;
  }

  /** The value of a text; a mistake is named with the path. */
  Object parse(String text) {
    String stripped = text.strip();
    if (!isOptional()) {
      return parsed(stripped);
    }
    boolean open = stripped.isEmpty() || stripped.equals("null") || stripped.equals(doc.unset());
    if (optional == OptionalDouble.class) {
      return open ? OptionalDouble.empty() : OptionalDouble.of((double) parsed(stripped));
    } else if (optional == OptionalInt.class) {
      return open ? OptionalInt.empty() : OptionalInt.of((int) parsed(stripped));
    }
    return open ? Optional.empty() : Optional.of(parsed(stripped));
  }

  private Object parsed(String text) {
    if (type == String.class) {
      return text;
    } else if (type.isEnum()) {
      return constant(text);
    } else if (type == boolean.class || type == Boolean.class) {
      checkArgument(
          text.equals("true") || text.equals("false"),
          "%s is %s: it must be true or false%s",
          path,
          text,
          orOpen());
      return text.equals("true");
    }
    return number(text);
  }

  private Object number(String text) {
    try {
      if (type == int.class) {
        return Integer.parseInt(text);
      } else if (type == long.class) {
        return Long.parseLong(text);
      }
      return text.equals(NO_BOUND) ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s is %s: it must be a %s%s".formatted(path, text, description(), orOpen()), e);
    }
  }

  private Object constant(String text) {
    for (Object constant : type.getEnumConstants()) {
      if (name((Enum<?>) constant).equalsIgnoreCase(text.replace('_', '-'))) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "%s is %s; did you mean %s? It must be one of %s%s"
            .formatted(
                path, text, NearestName.of(text, names()), String.join(", ", names()), orOpen()));
  }

  private String orOpen() {
    return isOptional() ? ", or " + doc.unset() : "";
  }

  private ImmutableList<String> names() {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> name((Enum<?>) constant))
        .collect(ImmutableList.toImmutableList());
  }

  /** {@code TOKEN_MEAN} is written {@code token-mean}. */
  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
