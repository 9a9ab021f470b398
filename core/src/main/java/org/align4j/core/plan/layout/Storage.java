package org.align4j.core.plan.layout;

import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.jspecify.annotations.Nullable;

/**
 * Room for {@code columns} floats of every token, needed in some stretches of the schedule. {@link
 * Placement} places storages whose stretches do not meet over one another.
 */
public final class Storage {

  private final int columns;
  private int[] from = new int[2];
  private int[] to = new int[2];
  private int stretches;
  private long offset = -1;
  private @Nullable NativeFloats floats;
  private @Nullable Matrix matrix;

  Storage(int columns) {
    this.columns = columns;
  }

  /** Floats per token. */
  public int columns() {
    return columns;
  }

  /** Starts a stretch at this time. */
  void open(int time) {
    if (stretches == from.length) {
      from = Arrays.copyOf(from, 2 * stretches);
      to = Arrays.copyOf(to, 2 * stretches);
    }
    from[stretches] = time;
    to[stretches++] = time;
  }

  /** Extends the latest stretch to this time, inclusive. */
  void use(int time) {
    to[stretches - 1] = Math.max(to[stretches - 1], time);
  }

  boolean meets(Storage other) {
    for (int i = 0; i < stretches; i++) {
      for (int j = 0; j < other.stretches; j++) {
        if (from[i] <= other.to[j] && other.from[j] <= to[i]) {
          return true;
        }
      }
    }
    return false;
  }

  /** Start of the first stretch. */
  int start() {
    return from[0];
  }

  /** Columns before this storage in the arena: times the token capacity, its place in memory. */
  public long offset() {
    return offset;
  }

  void place(long where) {
    offset = where;
  }

  /** Whether it holds something before this time that is read after it. */
  public boolean spans(int time) {
    for (int i = 0; i < stretches; i++) {
      if (from[i] <= time && to[i] > time) {
        return true;
      }
    }
    return false;
  }

  /** Lays it over its part of an arena for {@code capacity} tokens. */
  public void bind(NativeFloats arena, int capacity) {
    NativeFloats part = arena.slice(offset * capacity, (long) columns * capacity);
    floats = part;
    matrix = part.matrix(columns);
  }

  /** {@code [capacity, columns]}. */
  public Matrix matrix() {
    checkState(matrix != null, "the plan has no memory yet");
    return matrix;
  }

  /** The same memory without its shape. */
  public NativeFloats floats() {
    checkState(floats != null, "the plan has no memory yet");
    return floats;
  }
}
