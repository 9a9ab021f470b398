package org.align4j.cuda.ptx;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arithmetic of 32-bit floats. Subnormal numbers are kept: {@code ftz} is refused. */
final class FloatOps {

  private final Registers registers;

  FloatOps(Registers registers) {
    this.registers = registers;
  }

  /** A function of one float. */
  interface Unary {
    float of(float a);
  }

  /** A function of two. */
  interface Binary {
    float of(float a, float b);
  }

  private int at(Statement s, int operand) {
    return registers.ofInt(s.operand(operand));
  }

  /** The operation, or null if it is none of these. */
  @Nullable Op of(Statement s) {
    return switch (s.name()) {
      case "fma.rn.f32" -> Shapes.ints(at(s, 0), at(s, 1), at(s, 2), at(s, 3), FloatOps::fma);
      case "add.f32", "add.rn.f32" -> Shapes.ints(at(s, 0), at(s, 1), at(s, 2), FloatOps::add);
      case "sub.f32", "sub.rn.f32" -> Shapes.ints(at(s, 0), at(s, 1), at(s, 2), FloatOps::sub);
      case "mul.f32", "mul.rn.f32" -> Shapes.ints(at(s, 0), at(s, 1), at(s, 2), FloatOps::mul);
      case "div.rn.f32" -> Shapes.ints(at(s, 0), at(s, 1), at(s, 2), FloatOps::div);
      case "rcp.rn.f32" -> each(s, a -> 1 / a);
      case "sqrt.rn.f32" -> each(s, a -> (float) Math.sqrt(a));
      case "max.f32" -> each(s, FloatOps::larger);
      case "min.f32" -> each(s, FloatOps::smaller);
      case "neg.f32" -> Shapes.eachInt(at(s, 0), at(s, 1), a -> a ^ 0x80000000);
      case "abs.f32" -> Shapes.eachInt(at(s, 0), at(s, 1), a -> a & 0x7fffffff);
      case "copysign.f32" ->
          Shapes.eachInt(
              at(s, 0), at(s, 1), at(s, 2), (a, b) -> (a & 0x80000000) | (b & 0x7fffffff));
      // As exact as a float is; a device may be off by two units in the last place.
      case "ex2.approx.f32" -> each(s, a -> (float) Math.pow(2, a));
      case "ex2.approx.ftz.f32" -> each(s, a -> flush((float) Math.pow(2, flush(a))));
      case "lg2.approx.f32" -> each(s, a -> (float) (Math.log(a) / Math.log(2)));
      default -> directed(s);
    };
  }

  /** A number wins over what is none. */
  private static float larger(float a, float b) {
    return Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b);
  }

  private static float smaller(float a, float b) {
    return Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.min(a, b);
  }

  private static float flush(float a) {
    return Math.abs(a) < Float.MIN_NORMAL ? Math.copySign(0f, a) : a;
  }

  private @Nullable Op directed(Statement s) {
    List<String> parts = s.parts();
    if (parts.size() != 3 || !s.type().equals("f32") || !Rounding.directed(parts.get(1))) {
      return null;
    }
    String rounding = parts.get(1);
    return switch (s.base()) {
      case "add" -> each(s, (a, b) -> Rounding.fma(a, 1, b, rounding));
      case "sub" -> each(s, (a, b) -> Rounding.fma(a, 1, -b, rounding));
      case "mul" -> each(s, (a, b) -> Rounding.fma(a, b, Math.copySign(0f, a * b), rounding));
      case "div" -> each(s, (a, b) -> Rounding.div(a, b, rounding));
      case "fma" ->
          Shapes.eachInt(
              at(s, 0),
              at(s, 1),
              at(s, 2),
              at(s, 3),
              (a, b, c) ->
                  floatToRawIntBits(
                      Rounding.fma(
                          intBitsToFloat(a), intBitsToFloat(b), intBitsToFloat(c), rounding)));
      default -> null;
    };
  }

  private Op each(Statement s, Unary f) {
    return Shapes.eachInt(at(s, 0), at(s, 1), a -> floatToRawIntBits(f.of(intBitsToFloat(a))));
  }

  private Op each(Statement s, Binary f) {
    return Shapes.eachInt(
        at(s, 0),
        at(s, 1),
        at(s, 2),
        (a, b) -> floatToRawIntBits(f.of(intBitsToFloat(a), intBitsToFloat(b))));
  }

  private static void fma(int[] d, int[] a, int[] b, int[] c) {
    for (int l = 0; l < 32; l++) {
      d[l] =
          floatToRawIntBits(
              Math.fma(intBitsToFloat(a[l]), intBitsToFloat(b[l]), intBitsToFloat(c[l])));
    }
  }

  private static void add(int[] d, int[] a, int[] b) {
    for (int l = 0; l < 32; l++) {
      d[l] = floatToRawIntBits(intBitsToFloat(a[l]) + intBitsToFloat(b[l]));
    }
  }

  private static void sub(int[] d, int[] a, int[] b) {
    for (int l = 0; l < 32; l++) {
      d[l] = floatToRawIntBits(intBitsToFloat(a[l]) - intBitsToFloat(b[l]));
    }
  }

  private static void mul(int[] d, int[] a, int[] b) {
    for (int l = 0; l < 32; l++) {
      d[l] = floatToRawIntBits(intBitsToFloat(a[l]) * intBitsToFloat(b[l]));
    }
  }

  private static void div(int[] d, int[] a, int[] b) {
    for (int l = 0; l < 32; l++) {
      d[l] = floatToRawIntBits(intBitsToFloat(a[l]) / intBitsToFloat(b[l]));
    }
  }
}
