package org.align4j.core.plan.run;

import static com.google.common.base.Preconditions.checkState;

import org.jspecify.annotations.Nullable;

/** An operand that every batch sets anew. Reading one that nobody has set is an error. */
public final class Bound<T> {

  private final String name;
  private @Nullable T value;

  /**
   * Not set yet.
   *
   * @param name for the error
   */
  public Bound(String name) {
    this.name = name;
  }

  /** Sets it; the value, for a chain. */
  public T set(T next) {
    value = next;
    return next;
  }

  /**
   * The value.
   *
   * @throws IllegalStateException before the first {@link #set}
   */
  public T get() {
    checkState(value != null, "the %s of this stage were not bound", name);
    return value;
  }
}
