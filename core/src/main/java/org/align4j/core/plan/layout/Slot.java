package org.align4j.core.plan.layout;

import static com.google.common.base.Preconditions.checkState;

import org.align4j.core.kernel.memory.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * Where a value or a gradient lies: columns {@code [from, from + columns)} of a storage. The matrix
 * has a row for every token of the capacity; it is bound anew when the arena grows.
 */
public final class Slot {

  private final Storage storage;
  private final int from;
  private final int columns;
  private @Nullable Matrix matrix;

  Slot(Storage storage, int from, int columns) {
    this.storage = storage;
    this.from = from;
    this.columns = columns;
  }

  /** All of a storage. */
  public static Slot whole(Storage storage) {
    return new Slot(storage, 0, storage.columns());
  }

  /** Some of its columns. */
  public Slot part(int start, int count) {
    return new Slot(storage, from + start, count);
  }

  /** Whose columns they are. */
  public Storage storage() {
    return storage;
  }

  /** First of its storage's columns. */
  public int from() {
    return from;
  }

  /** Floats per token. */
  public int columns() {
    return columns;
  }

  /** Whether it is all of its storage. */
  public boolean isWhole() {
    return from == 0 && columns == storage.columns();
  }

  /** Follows its storage to new memory. */
  public void bind() {
    Matrix whole = storage.matrix();
    matrix = columns == whole.columns() ? whole : whole.columns(from, from + columns);
  }

  /**
   * {@code [capacity, columns]}.
   *
   * @throws IllegalStateException before the first {@link #bind}
   */
  public Matrix matrix() {
    checkState(matrix != null, "the plan has no memory yet");
    return matrix;
  }
}
