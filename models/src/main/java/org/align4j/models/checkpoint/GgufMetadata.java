package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Arrays;
import org.align4j.core.file.BadFileException;
import org.jspecify.annotations.Nullable;

/** The key-value pairs of a GGUF file, with typed access that names what is missing or odd. */
final class GgufMetadata {

  /** Stands for an array of arrays. */
  record NestedArray() {}

  private final Path file;
  private final ImmutableMap<String, Object> values;

  /**
   * Wraps values of the types Long, Double, Boolean, String, {@code ImmutableList<String>}, {@code
   * long[]} and {@code double[]}; arrays of arrays, which nobody asks for, are a {@link
   * NestedArray}.
   */
  GgufMetadata(Path file, ImmutableMap<String, Object> values) {
    this.file = file;
    this.values = values;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  String string(String key) {
    return required(key, optionalString(key));
  }

  @Nullable String optionalString(String key) {
    return typed(key, String.class, "a string");
  }

  int integer(String key) {
    return required(key, optionalInteger(key));
  }

  int integer(String key, int otherwise) {
    Integer value = optionalInteger(key);
    return value == null ? otherwise : value;
  }

  @Nullable Integer optionalInteger(String key) {
    Long value = typed(key, Long.class, "an integer");
    if (value == null) {
      return null;
    }
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new BadFileException(
          file, "%s is %s: it must be in [0, %s]", key, value, Integer.MAX_VALUE);
    }
    return value.intValue();
  }

  @Nullable Double optionalNumber(String key) {
    Object value = values.get(key);
    return value instanceof Long whole
        ? Double.valueOf(whole.doubleValue())
        : typed(key, Double.class, "a number");
  }

  double number(String key, double otherwise) {
    Double value = optionalNumber(key);
    return value == null ? otherwise : value;
  }

  boolean flag(String key, boolean otherwise) {
    Boolean value = typed(key, Boolean.class, "true or false");
    return value == null ? otherwise : value;
  }

  @SuppressWarnings("unchecked") // the reader makes lists of strings only
  ImmutableList<String> strings(String key) {
    return required(key, (ImmutableList<String>) typed(key, ImmutableList.class, "strings"));
  }

  long @Nullable [] optionalIntegers(String key) {
    return typed(key, long[].class, "integers");
  }

  double @Nullable [] optionalNumbers(String key) {
    return values.get(key) instanceof long[] whole
        ? Arrays.stream(whole).asDoubleStream().toArray()
        : typed(key, double[].class, "numbers");
  }

  private <T> T required(String key, @Nullable T value) {
    if (value == null) {
      throw new BadFileException(
          file, "has no %s in its metadata: it is not a complete language model", key);
    }
    return value;
  }

  private <T> @Nullable T typed(String key, Class<T> type, String expected) {
    Object value = values.get(key);
    if (value == null) {
      return null;
    }
    if (!type.isInstance(value)) {
      throw new BadFileException(
          file, "%s is %s, it should be %s", key, value.getClass().getSimpleName(), expected);
    }
    return type.cast(value);
  }
}
