package org.align4j.cuda.ptx;

import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** Arithmetic of 64-bit integers. */
final class LongOps {

  private final Registers registers;

  LongOps(Registers registers) {
    this.registers = registers;
  }

  private int at(Statement s, int operand) {
    return registers.ofLong(s.operand(operand));
  }

  private Op two(Statement s, Shapes.Longs2 f) {
    return Shapes.longs(at(s, 0), at(s, 1), at(s, 2), f);
  }

  private Op each(Statement s, LongBinaryOperator f) {
    return Shapes.eachLong(at(s, 0), at(s, 1), at(s, 2), f);
  }

  /** The operation, or null if it is none of these. */
  @Nullable Op of(Statement s) {
    return switch (s.name()) {
      case "add.s64", "add.u64" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] + b[l];
                }
              });
      case "sub.s64", "sub.u64" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] - b[l];
                }
              });
      case "mul.lo.s64", "mul.lo.u64" ->
          two(
              s,
              (d, a, b) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] * b[l];
                }
              });
      case "mad.lo.s64", "mad.lo.u64" ->
          Shapes.longs(
              at(s, 0),
              at(s, 1),
              at(s, 2),
              at(s, 3),
              (d, a, b, c) -> {
                for (int l = 0; l < 32; l++) {
                  d[l] = a[l] * b[l] + c[l];
                }
              });
      case "mul.hi.s64" -> each(s, Math::multiplyHigh);
      case "mul.hi.u64" -> each(s, Math::unsignedMultiplyHigh);
      case "div.s64" -> each(s, (a, b) -> b == 0 ? -1 : a / b);
      case "div.u64" -> each(s, (a, b) -> b == 0 ? -1 : Long.divideUnsigned(a, b));
      case "rem.s64" -> each(s, (a, b) -> b == 0 ? a : a % b);
      case "rem.u64" -> each(s, (a, b) -> b == 0 ? a : Long.remainderUnsigned(a, b));
      case "max.s64" -> each(s, Math::max);
      case "min.s64" -> each(s, Math::min);
      case "max.u64" -> each(s, (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b);
      case "min.u64" -> each(s, (a, b) -> Long.compareUnsigned(a, b) < 0 ? a : b);
      case "neg.s64" -> Shapes.eachLong(at(s, 0), at(s, 1), a -> -a);
      case "abs.s64" -> Shapes.eachLong(at(s, 0), at(s, 1), Math::abs);
      default -> null;
    };
  }
}
