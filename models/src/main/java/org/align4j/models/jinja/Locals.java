package org.align4j.models.jinja;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The variables of a template, macro or recursive loop that is being rendered. */
final class Locals {

  private final Context context;
  private final @Nullable Locals outer;
  private final @Nullable Value[] values;

  Locals(Context context, @Nullable Locals outer, int size) {
    this.context = context;
    this.outer = outer;
    this.values = new Value[size];
  }

  /** Variables of something within: it sees these. */
  Locals inner(int size) {
    return new Locals(context, this, size);
  }

  Context context() {
    return context;
  }

  Rendering rendering() {
    return context.rendering();
  }

  private Locals at(int hops) {
    Locals found = this;
    for (int i = 0; i < hops; i++) {
      found = Objects.requireNonNull(found.outer);
    }
    return found;
  }

  /** A variable so many functions out; null where it has no value. */
  @Nullable Value get(int hops, int index) {
    return at(hops).values[index];
  }

  void set(int index, @Nullable Value value) {
    values[index] = value;
  }
}
