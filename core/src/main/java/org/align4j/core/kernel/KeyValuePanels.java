package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.MemorySegment;
import org.align4j.core.kernel.memory.Elements;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.ops.Heads;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of one attention that decoding reads, in the order in which {@link
 * AttentionKernels#stepAttention} multiplies them: a block of {@link AttentionKernels#KEY_BLOCK}
 * rows after the other, keys in panels {@code [row / width][head][headDim][width]}, values in
 * columns of panels {@code [row / block][head][headDim / width][block][width]}. So rows that nobody
 * writes take no memory. A row's place in its block is that of its position, see {@link
 * AttentionTiles#addStep}.
 */
public final class KeyValuePanels {

  private static final int BLOCK = AttentionKernels.KEY_BLOCK;

  /** Floats copied at once when there are more rows. */
  private static final int CHUNK = 1 << 14;

  private final Heads heads;
  private final int width;
  private final int across;
  private int rows;
  private final Elements keys = this::key;
  private final Elements values = this::value;
  private @Nullable NativeFloats keyFloats;
  private @Nullable NativeFloats valueFloats;

  public KeyValuePanels(Heads heads, int width) {
    checkArgument(
        BLOCK % width == 0, "panels of %s rows do not make up blocks of %s", width, BLOCK);
    this.heads = heads;
    this.width = width;
    this.across = (heads.headDim() + width - 1) / width;
  }

  /**
   * Makes room for more rows; those there are keep what they hold.
   *
   * @param memory the same in every call
   * @param more a multiple of {@link AttentionKernels#KEY_BLOCK}, above the rows there are
   */
  public void grow(NativeMemory memory, int more) {
    checkArgument(
        more > rows && more % BLOCK == 0,
        "%s rows become %s: it must be more, and whole blocks of %s",
        rows,
        more,
        BLOCK);
    keyFloats = grown(memory, keyFloats, (long) more * heads.key() * heads.headDim());
    valueFloats = grown(memory, valueFloats, (long) more * heads.key() * across * width);
    rows = more;
  }

  private static NativeFloats grown(NativeMemory memory, @Nullable NativeFloats old, long count) {
    NativeFloats larger = memory.allocate(count);
    if (old != null) {
      float[] part = new float[CHUNK];
      for (long at = 0; at < old.length(); at += CHUNK) {
        int length = (int) Math.min(CHUNK, old.length() - at);
        old.slice(at, length).copyTo(part, 0, length);
        larger.slice(at, length).copyFrom(part, 0, length);
      }
      memory.free(old);
    }
    return larger;
  }

  /** Copies rows {@code [from, from + count)} to another place, whole blocks. */
  public void copyBlocks(int from, int to, int count) {
    checkArgument(
        from % BLOCK == 0 && to % BLOCK == 0 && count % BLOCK == 0,
        "%s rows from %s to %s: they must be whole blocks of %s",
        count,
        from,
        to,
        BLOCK);
    checkRows(from, from + count);
    checkRows(to, to + count);
    copy(keyFloats, from, to, count, (long) heads.key() * heads.headDim());
    copy(valueFloats, from, to, count, (long) heads.key() * across * width);
  }

  private static void copy(
      @Nullable NativeFloats floats, int from, int to, int count, long columns) {
    checkState(floats != null, "the cache is empty");
    MemorySegment.copy(
        Memory.ALL,
        floats.address() + (long) Float.BYTES * from * columns,
        Memory.ALL,
        floats.address() + (long) Float.BYTES * to * columns,
        (long) Float.BYTES * count * columns);
  }

  /**
   * Writes entries {@code [from, to)} of some lists of rows.
   *
   * @param k {@code [N, Hk·headDim]}, as v
   * @param rows rows of k and v; rows may repeat
   * @param at the row here of each
   */
  public void write(Matrix k, Matrix v, int[] rows, int[] at, int from, int to) {
    int d = heads.headDim();
    int columns = heads.key() * d;
    checkArgument(
        k.columns() == columns && v.columns() == columns,
        "k has %s columns and v has %s: %s need %s",
        k.columns(),
        v.columns(),
        heads,
        columns);
    for (int n = from; n < to; n++) {
      k.checkRows(rows[n], rows[n] + 1);
      v.checkRows(rows[n], rows[n] + 1);
      checkRows(at[n], at[n] + 1);
      for (int h = 0; h < heads.key(); h++) {
        long key = keyAddress(h, at[n]);
        long value = valueAddress(h, at[n]);
        long source = k.address(rows[n]) + 4L * h * d;
        for (int c = 0; c < d; c++) {
          Memory.set(key + 4L * c * width, Memory.get(source + 4L * c));
        }
        source = v.address(rows[n]) + 4L * h * d;
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

  /** Throws unless these are panels of such heads for kernels of such a width. */
  public void checkFor(Heads of, int kernelWidth) {
    checkArgument(
        heads.equals(of) && width == kernelWidth,
        "a cache of %s in panels of %s does not serve %s in panels of %s",
        heads,
        width,
        of,
        kernelWidth);
  }

  /** Throws unless rows {@code [from, to)} exist. */
  public void checkRows(int from, int to) {
    if (from < 0 || from > to || to > rows) {
      throw new IndexOutOfBoundsException(
          "rows [" + from + ", " + to + ") are outside the " + rows + " of the cache");
    }
  }

  /** Address of a row's first element in its panel of keys; the next one is a width further. */
  public long keyAddress(int head, int row) {
    checkState(keyFloats != null, "the cache is empty");
    long panel = (long) (row / width) * heads.key() + head;
    return keyFloats.address() + 4L * (panel * heads.headDim() * width + row % width);
  }

  /** Bytes from one panel of keys to the next of the same head. */
  public long keyPitch() {
    return 4L * heads.key() * heads.headDim() * width;
  }

  /** Address of a row in its first panel of values; the block's next row is a width further. */
  public long valueAddress(int head, int row) {
    checkState(valueFloats != null, "the cache is empty");
    long panel = ((long) (row / BLOCK) * heads.key() + head) * across;
    return valueFloats.address() + 4L * width * (panel * BLOCK + row % BLOCK);
  }

  /** Bytes from one panel of values to the next columns of the same head. */
  public long valuePitch() {
    return 4L * width * BLOCK;
  }

  /** Keys by their column in {@code [row, Hk·headDim]}. */
  public Elements keys() {
    return keys;
  }

  /** Values by their column in {@code [row, Hk·headDim]}. */
  public Elements values() {
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
