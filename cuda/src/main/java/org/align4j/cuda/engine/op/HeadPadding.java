package org.align4j.cuda.engine.op;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.ops.Heads;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Rows;

/**
 * Heads whose columns the kernels of attention do not take, spread over more of them: the others
 * are zeros, which change no sum. A kernel multiplies queries by the root of its own number of
 * columns, a power of two here, which is undone exactly: the bits are those of the narrow heads.
 */
public final class HeadPadding implements AutoCloseable {

  /** What the kernels move at once. */
  private static final int STEP = 8;

  private static final int MOST = 256;

  private final Heads narrow;
  private final Heads wide;
  private final DeviceBuffer memory;
  private int capacity;

  /** Room of these heads. */
  HeadPadding(Device device, Heads narrow) {
    this.narrow = narrow;
    this.wide = wide(narrow);
    this.memory = new DeviceBuffer(device);
  }

  /**
   * The heads that kernels compute with: these, or wider ones.
   *
   * @throws IllegalArgumentException for heads that are too wide
   */
  public static Heads wide(Heads heads) {
    int d = heads.headDim();
    checkArgument(
        d <= MOST,
        "heads of %s columns: engine cuda has attention of up to %s, --engine plan of any",
        d,
        MOST);
    if (d % STEP == 0) {
      return heads;
    }
    // Powers of four: their roots are exact.
    int columns = d <= 16 ? 16 : d <= 64 ? 64 : MOST;
    return new Heads(heads.query(), heads.key(), columns, heads.window());
  }

  /** The operands of attention, gradients included. */
  enum Operand {
    Q,
    OUT,
    D_OUT,
    DQ,
    K,
    V,
    DK,
    DV,
    DK_PARTS,
    DV_PARTS;

    boolean ofQueries() {
      return switch (this) {
        case Q, OUT, D_OUT, DQ -> true;
        case K, V, DK, DV, DK_PARTS, DV_PARTS -> false;
      };
    }
  }

  private int heads(Operand operand) {
    return operand.ofQueries() ? wide.query() : wide.key();
  }

  /** Makes room for so many tokens. */
  void reserve(int tokens) {
    long columns = 0;
    for (Operand operand : Operand.values()) {
      columns += (long) heads(operand) * wide.headDim();
    }
    memory.reserve(Float.BYTES * columns * tokens);
    capacity = tokens;
  }

  /** Room of an operand. */
  DeviceMatrix room(Operand operand, int rows) {
    long before = 0;
    for (Operand earlier : Operand.values()) {
      if (earlier == operand) {
        break;
      }
      before += (long) heads(earlier) * wide.headDim();
    }
    return DeviceMatrix.dense(
        memory.address() + Float.BYTES * before * capacity, rows, heads(operand) * wide.headDim());
  }

  /** What queries are multiplied with, so that the kernel's own factor makes it the narrow one. */
  float factor() {
    return (float) (1 / Math.sqrt(narrow.headDim())) * (float) Math.sqrt(wide.headDim());
  }

  /** Copies narrow heads, times a factor, into the room of an operand. */
  DeviceMatrix spread(Rows rows, DeviceMatrix from, Operand operand, float factor) {
    DeviceMatrix to = room(operand, from.rows());
    rows.zeroRows(to, to.rows(), to.columns());
    for (int head = 0; head < heads(operand); head++) {
      rows.scaleRows(narrow(from, head), factor, part(to, head), from.rows(), narrow.headDim());
    }
    return to;
  }

  /** Copies an operand's heads, times a factor, to narrow ones. */
  void gather(Rows rows, Operand operand, DeviceMatrix to, float factor) {
    DeviceMatrix from = room(operand, to.rows());
    for (int head = 0; head < heads(operand); head++) {
      rows.scaleRows(part(from, head), factor, narrow(to, head), to.rows(), narrow.headDim());
    }
  }

  private DeviceMatrix narrow(DeviceMatrix x, int head) {
    return x.columns(head * narrow.headDim(), (head + 1) * narrow.headDim());
  }

  private DeviceMatrix part(DeviceMatrix x, int head) {
    return x.columns(head * wide.headDim(), head * wide.headDim() + narrow.headDim());
  }

  @Override
  public void close() {
    memory.close();
  }
}
