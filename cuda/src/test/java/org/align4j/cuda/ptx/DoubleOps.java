package org.align4j.cuda.ptx;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Arithmetic of doubles, rounded to nearest. */
final class DoubleOps {

  private final Registers registers;

  DoubleOps(Registers registers) {
    this.registers = registers;
  }

  private int at(Statement s, int operand) {
    return registers.ofLong(s.operand(operand));
  }

  /** The operation, or null if it is none of these. */
  @Nullable Op of(Statement s) {
    return switch (s.name()) {
      case "fma.rn.f64" -> Shapes.longs(at(s, 0), at(s, 1), at(s, 2), at(s, 3), DoubleOps::fma);
      case "add.f64", "add.rn.f64" -> each(s, (a, b) -> a + b);
      case "sub.f64", "sub.rn.f64" -> each(s, (a, b) -> a - b);
      case "mul.f64", "mul.rn.f64" -> each(s, (a, b) -> a * b);
      case "div.rn.f64" -> each(s, (a, b) -> a / b);
      case "rcp.rn.f64" -> each(s, a -> 1 / a);
      case "sqrt.rn.f64" -> each(s, Math::sqrt);
      case "max.f64" -> each(s, DoubleOps::larger);
      case "min.f64" -> each(s, DoubleOps::smaller);
      case "neg.f64" -> Shapes.eachLong(at(s, 0), at(s, 1), a -> a ^ Long.MIN_VALUE);
      case "abs.f64" -> Shapes.eachLong(at(s, 0), at(s, 1), a -> a & Long.MAX_VALUE);
      // The low half of the result is 0: what uses it makes it exact.
      case "rcp.approx.ftz.f64" -> each(s, a -> upper(1 / a));
      case "rsqrt.approx.ftz.f64", "rsqrt.approx.f64" -> each(s, a -> upper(1 / Math.sqrt(a)));
      default -> null;
    };
  }

  /** A number wins over what is none. */
  private static double larger(double a, double b) {
    return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
  }

  private static double smaller(double a, double b) {
    return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b);
  }

  private static double upper(double a) {
    return longBitsToDouble(doubleToRawLongBits(a) & 0xffff_ffff_0000_0000L);
  }

  private Op each(Statement s, DoubleUnaryOperator f) {
    return Shapes.eachLong(
        at(s, 0), at(s, 1), a -> doubleToRawLongBits(f.applyAsDouble(longBitsToDouble(a))));
  }

  private Op each(Statement s, DoubleBinaryOperator f) {
    return Shapes.eachLong(
        at(s, 0),
        at(s, 1),
        at(s, 2),
        (a, b) -> doubleToRawLongBits(f.applyAsDouble(longBitsToDouble(a), longBitsToDouble(b))));
  }

  private static void fma(long[] d, long[] a, long[] b, long[] c) {
    for (int l = 0; l < 32; l++) {
      d[l] =
          doubleToRawLongBits(
              Math.fma(longBitsToDouble(a[l]), longBitsToDouble(b[l]), longBitsToDouble(c[l])));
    }
  }
}
