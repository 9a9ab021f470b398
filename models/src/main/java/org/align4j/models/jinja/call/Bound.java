package org.align4j.models.jinja.call;

import java.math.BigInteger;
import java.util.Objects;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Arguments bound to parameters; those that were not given are null. */
public record Bound(@Nullable Value[] values) {

  @Nullable Value get(int index) {
    return values[index];
  }

  /** An argument that must have been given. */
  public Value required(int index) {
    return Objects.requireNonNull(values[index]);
  }

  public boolean has(int index) {
    return values[index] != null;
  }

  public Value or(int index, Value absent) {
    Value value = values[index];
    return value == null ? absent : value;
  }

  /** Null where the argument is absent or None. */
  public @Nullable Value some(int index) {
    return values[index] == None.NONE ? null : values[index];
  }

  public boolean truth(int index, boolean absent) {
    Value value = values[index];
    return value == null ? absent : value.truth();
  }

  /** A truth value where Python wants an integer. */
  public boolean flag(int index) {
    Value value = values[index];
    if (value != null && Numbers.index(value).bitLength() > 31) {
      throw TemplateException.of(
          TemplateException.Kind.OVERFLOW, "Python int too large to convert to C int");
    }
    return value != null && Numbers.size(value) != 0;
  }

  /** A whole number, of any size where it is but a count. */
  public int integer(int index, int absent) {
    Value value = values[index];
    return value == null ? absent : Numbers.size(value);
  }

  public BigInteger integer(int index) {
    return Numbers.index(required(index));
  }

  /** A text; others are an error. */
  public Str text(int index) {
    return Bound.text(required(index));
  }

  public static Str text(Value value) {
    if (value instanceof Str text) {
      return text;
    }
    throw TemplateException.type("expected str, got '%s'", value.type());
  }
}
