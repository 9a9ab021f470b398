package org.align4j.core.plan;

import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.kernel.Floats;
import org.align4j.core.kernel.Matrix;
import org.align4j.core.kernel.NativeMemory;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of every attention, a row per token. Runs of rows are handed out and taken back;
 * when no run is long enough, the cache grows and keeps its contents.
 */
final class KeyValueCache implements AutoCloseable {

  /** Floats copied at once when the cache grows. */
  private static final int CHUNK = 1 << 14;

  private final NativeMemory memory = new NativeMemory();
  private final List<Layer> layers = new ArrayList<>();
  private boolean[] used = new boolean[0];

  /** The cache of one attention; called once for each, before any rows are taken. */
  Layer layer(int columns) {
    Layer layer = new Layer(columns);
    layers.add(layer);
    return layer;
  }

  /** Makes so much room at once if there is none yet. */
  void expect(int rows) {
    if (used.length == 0) {
      grow(rows);
    }
  }

  /** First row of a run of so many rows. */
  int take(int count) {
    int run = 0;
    for (int row = 0; row < used.length; row++) {
      run = used[row] ? 0 : run + 1;
      if (run == count) {
        return claim(row - count + 1, count);
      }
    }
    int from = used.length - run;
    grow(Math.max(from + count, used.length + used.length / 2));
    return claim(from, count);
  }

  /** Takes back a run. */
  void free(int from, int count) {
    Arrays.fill(used, from, from + count, false);
  }

  private int claim(int from, int count) {
    Arrays.fill(used, from, from + count, true);
    return from;
  }

  private void grow(int rows) {
    for (Layer layer : layers) {
      layer.grow(memory, used.length, rows);
    }
    used = Arrays.copyOf(used, rows);
  }

  @Override
  public void close() {
    memory.close();
  }

  /** Keys and values of one attention, {@code [rows, columns]} each. */
  static final class Layer {

    private final int columns;
    private @Nullable Floats keyFloats;
    private @Nullable Floats valueFloats;
    private @Nullable Matrix keys;
    private @Nullable Matrix values;

    Layer(int columns) {
      this.columns = columns;
    }

    Matrix keys() {
      checkState(keys != null, "the cache is empty");
      return keys;
    }

    Matrix values() {
      checkState(values != null, "the cache is empty");
      return values;
    }

    private void grow(NativeMemory memory, int oldRows, int rows) {
      keyFloats = grown(memory, keyFloats, oldRows, rows);
      valueFloats = grown(memory, valueFloats, oldRows, rows);
      keys = keyFloats.matrix(columns);
      values = valueFloats.matrix(columns);
    }

    private Floats grown(NativeMemory memory, @Nullable Floats old, int oldRows, int rows) {
      Floats larger = memory.allocate((long) rows * columns);
      if (old != null) {
        float[] part = new float[CHUNK];
        for (long at = 0; at < (long) oldRows * columns; at += CHUNK) {
          int count = (int) Math.min(CHUNK, (long) oldRows * columns - at);
          old.slice(at, count).copyTo(part, 0, count);
          larger.slice(at, count).copyFrom(part, 0, count);
        }
        memory.free(old);
      }
      return larger;
    }
  }
}
