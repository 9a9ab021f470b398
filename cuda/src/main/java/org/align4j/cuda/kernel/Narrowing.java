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

  private Weight narrow(Weight from, long target) {
    if (from.bf16()) {
      return from;
    }
    Weight narrow = new Weight(target, from.rows(), from.columns(), pitch(from), true);
    narrowRows.begin().address(from.address()).integer(from.pitch()).address(target);
    narrowRows.integer(narrow.pitch()).integer(from.rows()).integer(from.columns());
    Elements.launch(narrowRows, from.rows(), from.columns());
    return narrow;
  }

  private static long bytes(Weight from) {
    return from.bf16() ? 0 : 2L * from.rows() * pitch(from);
  }

  /** Rows begin at multiples of 16 bytes. */
  private static int pitch(Weight from) {
    return Math.ceilDiv(from.columns(), 8) * 8;
  }
}
