package org.align4j.cuda.ptx;

import org.jspecify.annotations.Nullable;

/** Arithmetic of 32-bit and 16-bit integers. */
final class IntegerOps {

  private final Registers registers;

  IntegerOps(Registers registers) {
    this.registers = registers;
  }

  private int at(Statement s, int operand) {
    return registers.ofInt(s.operand(operand));
  }

  private Op two(Statement s, Shapes.Ints2 f) {
    return Shapes.ints(at(s, 0), at(s, 1), at(s, 2), f);
  }

  private Op three(Statement s, Shapes.Ints3 f) {
    return Shapes.ints(at(s, 0), at(s, 1), at(s, 2), at(s, 3), f);
  }

  private Op each(Statement s, java.util.function.IntBinaryOperator f) {
    return Shapes.eachInt(at(s, 0), at(s, 1), at(s, 2), f);
  }

  /** The operation, or null if it is none of these. */
  @Nullable Op of(Statement s) {
    return switch (s.name()) {
      case "add.s32", "add.u32", "add.s16", "add.u16" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] + b[l];
                }
              });
      case "sub.s32", "sub.u32", "sub.s16", "sub.u16" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] - b[l];
                }
              });
      case "mul.lo.s32", "mul.lo.u32", "mul.lo.s16", "mul.lo.u16" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] * b[l];
                }
              });
      case "mad.lo.s32", "mad.lo.u32", "mad.lo.s16", "mad.lo.u16" ->
          three(
              s,
              (d, a, b, c) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] * b[l] + c[l];
                }
              });
      case "mul.wide.s32" ->
          wide(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = (long) a[l] * b[l];
                }
              });
      case "mul.wide.u32" ->
          wide(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = (a[l] & 0xffffffffL) * (b[l] & 0xffffffffL);
                }
              });
      case "mul.wide.s16" -> each(s, (a, b) -> (short) a * (short) b);
      case "mul.wide.u16" -> each(s, (a, b) -> (a & 0xffff) * (b & 0xffff));
      case "mad.wide.s32" -> wideSum(s, true);
      case "mad.wide.u32" -> wideSum(s, false);
      case "mul.hi.s32" -> each(s, (a, b) -> (int) (((long) a * b) >> 32));
      case "mul.hi.u32" -> each(s, IntegerOps::highUnsigned);
      case "mad.hi.s32" ->
          Shapes.eachInt(
              at(s, 0),
              at(s, 1),
              at(s, 2),
              at(s, 3),
              (a, b, c) -> (int) (((long) a * b) >> 32) + c);
      case "mad.hi.u32" ->
          Shapes.eachInt(
              at(s, 0), at(s, 1), at(s, 2), at(s, 3), (a, b, c) -> highUnsigned(a, b) + c);
      case "div.s32" -> each(s, (a, b) -> b == 0 ? -1 : a / b);
      case "div.u32" -> each(s, (a, b) -> b == 0 ? -1 : Integer.divideUnsigned(a, b));
      case "rem.s32" -> each(s, (a, b) -> b == 0 ? a : a % b);
      case "rem.u32" -> each(s, (a, b) -> b == 0 ? a : Integer.remainderUnsigned(a, b));
      case "div.s16" -> each(s, (a, b) -> (short) b == 0 ? -1 : (short) a / (short) b);
      case "div.u16" -> each(s, (a, b) -> (b & 0xffff) == 0 ? -1 : (a & 0xffff) / (b & 0xffff));
      case "rem.s16" -> each(s, (a, b) -> (short) b == 0 ? a : (short) a % (short) b);
      case "rem.u16" -> each(s, (a, b) -> (b & 0xffff) == 0 ? a : (a & 0xffff) % (b & 0xffff));
      case "max.s32" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = Math.max(a[l], b[l]);
                }
              });
      case "min.s32" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = Math.min(a[l], b[l]);
                }
              });
      case "max.u32" -> each(s, (a, b) -> Integer.compareUnsigned(a, b) > 0 ? a : b);
      case "min.u32" -> each(s, (a, b) -> Integer.compareUnsigned(a, b) < 0 ? a : b);
      case "max.s16" -> each(s, (a, b) -> Math.max((short) a, (short) b));
      case "min.s16" -> each(s, (a, b) -> Math.min((short) a, (short) b));
      case "max.u16" -> each(s, (a, b) -> Math.max(a & 0xffff, b & 0xffff));
      case "min.u16" -> each(s, (a, b) -> Math.min(a & 0xffff, b & 0xffff));
      case "neg.s32", "neg.s16" -> Shapes.eachInt(at(s, 0), at(s, 1), a -> -a);
      case "abs.s32" -> Shapes.eachInt(at(s, 0), at(s, 1), Math::abs);
      case "sad.s32" ->
          Shapes.eachInt(
              at(s, 0),
              at(s, 1),
              at(s, 2),
              at(s, 3),
              (a, b, c) -> c + Math.max(a, b) - Math.min(a, b));
      default -> null;
    };
  }

  private static int highUnsigned(int a, int b) {
    return (int) (((a & 0xffffffffL) * (b & 0xffffffffL)) >>> 32);
  }

  private Op wide(Statement s, Shapes.Wide2 f) {
    return Shapes.wide(registers.ofLong(s.operand(0)), at(s, 1), at(s, 2), f);
  }

  private Op wideSum(Statement s, boolean signed) {
    int d = registers.ofLong(s.operand(0));
    int a = at(s, 1);
    int b = at(s, 2);
    int c = registers.ofLong(s.operand(3));
    long kept = signed ? -1 : 0xffffffffL;
    return (w, m) -> {
      long[] to = m == -1 ? w.longs[d] : w.someLongs;
      for (int l = 0; l < 32; l++) {
        to[l] = (w.ints[a][l] & kept) * (w.ints[b][l] & kept) + w.longs[c][l];
      }
      if (m != -1) {
        w.keepLongs(d, m);
      }
    };
  }
}
