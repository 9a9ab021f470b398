package org.align4j.models.jinja.run;

import java.util.Objects;
import org.align4j.models.jinja.call.Rendering;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** The variables of a template, macro or recursive loop that is being rendered. */
public final class Locals {

  private final Context context;
  private final @Nullable Locals outer;
  private final @Nullable Value[] values;

  Locals(Context context, @Nullable Locals outer, int size) {
    this.context = context;
    this.outer = outer;
    this.values = new Value[size];
  }

  /** Variables of something within: it sees these. */
  public Locals inner(int size) {
    return new Locals(context, this, size);
  }

  public Context context() {
    return context;
  }

  public Rendering rendering() {
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
  public @Nullable Value get(int hops, int index) {
    return at(hops).values[index];
  }

  public void set(int index, @Nullable Value value) {
    values[index] = value;
  }
}
