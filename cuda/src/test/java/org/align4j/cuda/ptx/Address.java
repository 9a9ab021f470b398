package org.align4j.cuda.ptx;

import java.util.List;

/**
 * An address in brackets: a register, if any, and an offset.
 *
 * @param wide whether the register has 64 bits
 * @param register its number, or -1
 * @param offset bytes that are added
 */
record Address(boolean wide, int register, long offset) {

  /** Takes {@code [%rd1+16]}, {@code [name+4]} or {@code [4096]} apart. */
  static Address of(String operand, Registers registers) {
    if (!operand.startsWith("[") || !operand.endsWith("]")) {
      throw new PtxFault("%s is no address", operand);
    }
    String inside = operand.substring(1, operand.length() - 1).strip();
    List<String> terms = List.of(inside.split("\\s*\\+\\s*"));
    String first = terms.getFirst();
    long offset = 0;
    for (String term : terms.subList(1, terms.size())) {
      offset += registers.constant(term);
    }
    Registers.Kind kind = registers.kind(first);
    if (kind == null) {
      return new Address(false, -1, registers.constant(first) + offset);
    }
    return kind == Registers.Kind.LONG
        ? new Address(true, registers.ofLong(first), offset)
        : new Address(false, registers.ofInt(first), offset);
  }

  /** The same, so many bytes before. */
  Address before(long bytes) {
    return new Address(wide, register, offset - bytes);
  }

  /** Where a lane's access begins. */
  long of(Warp warp, int lane) {
    if (register < 0) {
      return offset;
    }
    return offset + (wide ? warp.longs[register][lane] : warp.ints[register][lane] & 0xffffffffL);
  }
}
