package org.align4j.models.jinja.value;

import java.util.Iterator;
import org.align4j.models.jinja.error.TemplateException;
import org.jspecify.annotations.Nullable;

/** A value of a template: as much of Python's object protocol as templates see. */
public interface Value {

  /** Python's name of the type, as errors have it. */
  String type();

  /** Python's {@code repr}. */
  String repr();

  /** Python's {@code str}: what {@code {{ x }}} writes. */
  default String text() {
    return repr();
  }

  /** Python's {@code bool}. */
  default boolean truth() {
    return true;
  }

  /** Python's {@code getattr} without the methods of its type; null where there is none. */
  default @Nullable Value attribute(String name) {
    return null;
  }

  /** Python's {@code x[key]}; null where there is none or the value has no items. */
  default @Nullable Value item(Value key) {
    return null;
  }

  /** Whether {@link #iterator} answers. */
  default boolean iterable() {
    return false;
  }

  /** Python's {@code iter}. */
  default Iterator<Value> iterator() {
    throw TemplateException.type("'%s' object is not iterable", type());
  }

  /** Whether {@link #length} answers. */
  default boolean sized() {
    return false;
  }

  /** Python's {@code len}. */
  default int length() {
    throw TemplateException.type("object of type '%s' has no len()", type());
  }

  /** Whether it takes calls. */
  default boolean callable() {
    return false;
  }

  /** Equal for values that are one key of a dictionary. */
  default Object key() {
    return this;
  }
}
