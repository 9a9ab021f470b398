package org.align4j.models.jinja.value;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;
import org.align4j.models.jinja.error.Limits;

/** Texts of containers, which may hold themselves by way of a namespace. */
public final class Repr {

  /** Containers that are being written on this thread. */
  private static final ThreadLocal<Set<Value>> OPEN =
      ThreadLocal.withInitial(() -> Collections.newSetFromMap(new IdentityHashMap<>()));

  private Repr() {}

  /** Writes a container, or its mark where it is being written already. */
  public static String within(Value container, String mark, Supplier<String> text) {
    Set<Value> open = OPEN.get();
    if (!open.add(container)) {
      return mark;
    }
    try {
      return text.get();
    } finally {
      open.remove(container);
    }
  }

  static String joined(Collection<Value> items) {
    StringBuilder out = new StringBuilder();
    for (Value item : items) {
      if (!out.isEmpty()) {
        out.append(", ");
      }
      out.append(item.repr());
      Limits.length(out.length());
    }
    return out.toString();
  }
}
