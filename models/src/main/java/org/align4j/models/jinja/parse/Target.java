package org.align4j.models.jinja.parse;

import java.util.List;
import java.util.function.Consumer;

/** What a value is assigned to. */
public sealed interface Target {

  record ToName(String name) implements Target {}

  /** A namespace's attribute. */
  record ToAttribute(String namespace, String name) implements Target {}

  record ToTuple(List<Target> targets) implements Target {}

  /** Calls for each name and attribute within. */
  default void forEach(Consumer<Target> consumer) {
    if (this instanceof ToTuple tuple) {
      tuple.targets().forEach(target -> target.forEach(consumer));
    } else {
      consumer.accept(this);
    }
  }
}
