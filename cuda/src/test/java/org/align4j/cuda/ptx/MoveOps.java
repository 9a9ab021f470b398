package org.align4j.cuda.ptx;

import java.util.List;

/** Moves, and 64 or 32 bits put together from parts or taken apart. */
final class MoveOps {

  private final Registers registers;

  MoveOps(Registers registers) {
    this.registers = registers;
  }

  /** {@code mov.TYPE d, a}. */
  Op of(Statement s) {
    String to = s.operand(0);
    String from = s.operand(1);
    if (to.startsWith("{")) {
      return apart(s, parts(to));
    }
    if (from.startsWith("{")) {
      return together(s, parts(from));
    }
    if (s.type().endsWith("64")) {
      return Shapes.longs(
          registers.ofLong(to),
          registers.ofLong(from),
          (d, a) -> System.arraycopy(a, 0, d, 0, Warp.LANES));
    }
    return Shapes.ints(
        registers.ofInt(to),
        registers.ofInt(from),
        (d, a) -> System.arraycopy(a, 0, d, 0, Warp.LANES));
  }

  private static List<String> parts(String braces) {
    return Statement.split(braces.substring(1, braces.length() - 1));
  }

  private Op apart(Statement s, List<String> names) {
    int bits = width(s) / names.size();
    boolean wide = width(s) == 64;
    int from = wide ? registers.ofLong(s.operand(1)) : registers.ofInt(s.operand(1));
    int[] to = names.stream().mapToInt(registers::ofInt).toArray();
    long mask = (1L << bits) - 1;
    return (warp, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        long value = wide ? warp.longs[from][lane] : warp.ints[from][lane];
        for (int i = 0; i < to.length; i++) {
          warp.ints[to[i]][lane] = (int) ((value >>> (bits * i)) & mask);
        }
      }
    };
  }

  private Op together(Statement s, List<String> names) {
    int bits = width(s) / names.size();
    boolean wide = width(s) == 64;
    int to = wide ? registers.ofLong(s.operand(0)) : registers.ofInt(s.operand(0));
    int[] from = names.stream().mapToInt(registers::ofInt).toArray();
    long mask = (1L << bits) - 1;
    return (warp, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        long value = 0;
        for (int i = 0; i < from.length; i++) {
          value |= (warp.ints[from[i]][lane] & mask) << (bits * i);
        }
        if (wide) {
          warp.longs[to][lane] = value;
        } else {
          warp.ints[to][lane] = (int) value;
        }
      }
    };
  }

  private static int width(Statement s) {
    return switch (s.type()) {
      case "b64" -> 64;
      case "b32" -> 32;
      default -> throw new PtxFault("%s of parts is not known", s.name());
    };
  }
}
