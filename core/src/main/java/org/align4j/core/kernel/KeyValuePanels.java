package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import org.align4j.core.ops.Heads;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of one attention that decoding reads, in the order in which {@link
 * Kernels#stepAttention} multiplies them: keys in panels {@code [row /
 * width][head][headDim][width]}, values in columns of panels {@code [head][headDim /
 * width][row][width]}. Rows that belong to a sequence follow each other from a multiple of {@link
 * Kernels#KEY_BLOCK} on.
 */
public final class KeyValuePanels {

  private final Heads heads;
  private final int width;
  private final int across;
  private int rows;
  private final Elements keys = this::key;
  private final Elements values = this::value;
  private @Nullable Floats keyFloats;
  private @Nullable Floats valueFloats;

  KeyValuePanels(Heads heads, int width) {
    checkArgument(
        Kernels.KEY_BLOCK % width == 0,
        "panels of %s rows do not make up blocks of %s",
        width,
        Kernels.KEY_BLOCK);
    this.heads = heads;
    this.width = width;
    this.across = (heads.headDim() + width - 1) / width;
  }

  /**
   * Makes room for more rows; those there are keep what they hold.
   *
   * @param memory the same in every call
   * @param more a multiple of {@link Kernels#KEY_BLOCK}, above the rows there are
   */
  public void grow(NativeMemory memory, int more) {
    checkArgument(
        more > rows && more % Kernels.KEY_BLOCK == 0,
        "%s rows become %s: it must be more, and whole blocks of %s",
        rows,
        more,
        Kernels.KEY_BLOCK);
    int columns = heads.key() * across;
    Floats moreKeys = memory.allocate((long) more * heads.key() * heads.headDim());
    Floats moreValues = memory.allocate((long) more * columns * width);
    if (keyFloats != null && valueFloats != null) {
      copy(keyFloats, 0, moreKeys, 0, keyFloats.length());
      long length = (long) rows * width;
      for (int c = 0; c < columns; c++) {
        copy(valueFloats, c * length, moreValues, (long) c * more * width, length);
      }
      memory.free(keyFloats);
      memory.free(valueFloats);
    }
    keyFloats = moreKeys;
    valueFloats = moreValues;
    rows = more;
  }

  private static void copy(Floats from, long start, Floats to, long target, long count) {
    float[] part = new float[(int) Math.min(count, 1 << 14)];
    for (long at = 0; at < count; at += part.length) {
      int length = (int) Math.min(part.length, count - at);
      from.slice(start + at, length).copyTo(part, 0, length);
      to.slice(target + at, length).copyFrom(part, 0, length);
    }
  }

  /**
   * Writes rows {@code [from, to)} of k and v.
   *
   * @param k {@code [N, Hk·headDim]}, as v
   * @param at {@code [N]} the row here of each
   */
  public void write(Matrix k, Matrix v, int[] at, int from, int to) {
    int d = heads.headDim();
    k.checkRows(from, to);
    v.checkRows(from, to);
    for (int n = from; n < to; n++) {
      checkRows(at[n], at[n] + 1);
      for (int h = 0; h < heads.key(); h++) {
        long key = keyAddress(h, at[n]);
        long value = valueAddress(h, at[n]);
        long source = k.address(n) + 4L * h * d;
        for (int c = 0; c < d; c++) {
          Memory.set(key + 4L * c * width, Memory.get(source + 4L * c));
        }
        source = v.address(n) + 4L * h * d;
        for (int start = 0; start < d; start += width) {
          int count = Math.min(width, d - start);
          for (int c = 0; c < count; c++) {
            Memory.set(value + 4L * c, Memory.get(source + 4L * (start + c)));
          }
          value += valuePitch();
        }
      }
    }
  }

  /** Throws unless rows {@code [from, to)} exist. */
  void checkRows(int from, int to) {
    if (from < 0 || from > to || to > rows) {
      throw new IndexOutOfBoundsException(
          "rows [" + from + ", " + to + ") are outside the " + rows + " of the cache");
    }
  }

  /** Address of a row's first element in its panel of keys; the next one is a width further. */
  long keyAddress(int head, int row) {
    checkState(keyFloats != null, "the cache is empty");
    long panel = (long) (row / width) * heads.key() + head;
    return keyFloats.address() + 4L * (panel * heads.headDim() * width + row % width);
  }

  /** Bytes from one panel of keys to the next of the same head. */
  long keyPitch() {
    return 4L * heads.key() * heads.headDim() * width;
  }

  /** Address of a row in the first panel of values; the next row is a width further. */
  long valueAddress(int head, int row) {
    checkState(valueFloats != null, "the cache is empty");
    return valueFloats.address() + 4L * width * ((long) head * across * rows + row);
  }

  /** Bytes from one panel of values to the next columns of the same head. */
  long valuePitch() {
    return 4L * width * rows;
  }

  /** Keys by their column in {@code [row, Hk·headDim]}. */
  Elements keys() {
    return keys;
  }

  /** Values by their column in {@code [row, Hk·headDim]}. */
  Elements values() {
    return values;
  }

  private float key(int row, int column) {
    checkRows(row, row + 1);
    int d = heads.headDim();
    return Memory.get(keyAddress(column / d, row) + 4L * width * (column % d));
  }

  private float value(int row, int column) {
    checkRows(row, row + 1);
    int c = column % heads.headDim();
    long panel = valueAddress(column / heads.headDim(), row) + c / width * valuePitch();
    return Memory.get(panel + 4L * (c % width));
  }
}
