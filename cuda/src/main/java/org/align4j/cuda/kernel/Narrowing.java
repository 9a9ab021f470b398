package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.cuda.driver.Device;

/** Factors of a product in bfloat16, in memory that was given for it. */
final class Narrowing {

  private final Call narrowRows;
  private long workspace;
  private long bytes;

  Narrowing(Device.Program program) {
    narrowRows = new Call(program, "narrow_rows");
  }

  /** Gives memory, which serves one product after the other. */
  void workspace(long address, long size) {
    checkArgument((address & 15) == 0, "the workspace begins at a multiple of 16");
    workspace = address;
    bytes = size;
  }

  /** Whether both factors have room, and those that are bfloat16 rows at multiples of 16 bytes. */
  boolean holds(Weight a, Weight b) {
    return aligned(a) && aligned(b) && bytes(a) + bytes(b) <= bytes;
  }

  /** The same with the depth in the rows of both; a factor is turned that has it in its columns. */
  boolean holds(Form form, Weight a, Weight b) {
    return (turnsFirst(form) || aligned(a))
        && (turnsSecond(form) || aligned(b))
        && (turnsFirst(form) ? turnedBytes(a) : bytes(a))
                + (turnsSecond(form) ? turnedBytes(b) : bytes(b))
            <= bytes;
  }

  private static boolean turnsFirst(Form form) {
    return form == Form.TN;
  }

  private static boolean turnsSecond(Form form) {
    return form != Form.NT;
  }

  private static boolean aligned(Weight from) {
    return !from.bf16() || ((from.address() & 15) == 0 && from.pitch() % 8 == 0);
  }

  /** The first factor. */
  Weight first(Weight a) {
    return narrow(a, workspace);
  }

  /** The second factor, beside the first. */
  Weight second(Weight a, Weight b) {
    return narrow(b, workspace + bytes(a));
  }

  /** The first factor, {@code [m, k]}. */
  Weight first(Form form, Weight a, Wgmma wgmma) {
    return turnsFirst(form) ? turn(a, workspace, wgmma) : narrow(a, workspace);
  }

  /** The second factor, {@code [n, k]}, beside the first. */
  Weight second(Form form, Weight a, Weight b, Wgmma wgmma) {
    long target = workspace + (turnsFirst(form) ? turnedBytes(a) : bytes(a));
    return turnsSecond(form) ? turn(b, target, wgmma) : narrow(b, target);
  }

  private static Weight turn(Weight from, long target, Wgmma wgmma) {
    int pitch = whole(from.rows());
    Weight turned =
        new Weight(target, /* rows= */ from.columns(), /* columns= */ from.rows(), pitch, true);
    wgmma.turn(from, turned);
    return turned;
  }

  private Weight narrow(Weight from, long target) {
    if (from.bf16()) {
      return from;
    }
    Weight narrow = new Weight(target, from.rows(), from.columns(), whole(from.columns()), true);
    narrowRows.begin().address(from.address()).integer(from.pitch()).address(target);
    narrowRows.integer(narrow.pitch()).integer(from.rows()).integer(from.columns());
    Elements.launch(narrowRows, from.rows(), from.columns());
    return narrow;
  }

  private static long bytes(Weight from) {
    return from.bf16() ? 0 : 2L * from.rows() * whole(from.columns());
  }

  private static long turnedBytes(Weight from) {
    return 2L * from.columns() * whole(from.rows());
  }

  /** Rows begin at multiples of 16 bytes. */
  private static int whole(int count) {
    return Math.ceilDiv(count, 8) * 8;
  }
}
