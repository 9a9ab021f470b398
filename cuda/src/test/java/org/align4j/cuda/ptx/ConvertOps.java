package org.align4j.cuda.ptx;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;
import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conversions between integers, floats, doubles and the short floats. */
final class ConvertOps {

  private final Registers registers;

  ConvertOps(Registers registers) {
    this.registers = registers;
  }

  /** From the bits of one register to those of another. */
  private interface Convert {
    long of(long bits);
  }

  /** {@code cvt(.ROUND)(.sat).TO.FROM d, a}. */
  Op of(Statement s) {
    List<String> parts = s.parts();
    String to = parts.get(parts.size() - 2);
    String from = parts.getLast();
    List<String> how = parts.subList(1, parts.size() - 2);
    for (String part : how) {
      if (!List.of("rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi", "sat", "rna")
          .contains(part)) {
        throw new PtxFault("%s is not known: part %s", s.name(), part);
      }
    }
    if (to.equals("bf16x2")) {
      return pair(s);
    }
    Op frequent = how.isEmpty() ? frequent(s, to + "." + from) : null;
    return frequent == null ? any(s, convert(s, to, from, how)) : frequent;
  }

  /** Between 32 and 64 bits, where the registers have just these sizes; or null. */
  private @Nullable Op frequent(Statement s, String types) {
    boolean toWide = isWide(s, 0, s.parts().get(s.parts().size() - 2));
    boolean fromWide = isWide(s, 1, s.type());
    if (toWide && !fromWide && types.equals("s64.s32")) {
      return Shapes.widen(
          registers.ofLong(s.operand(0)), registers.ofInt(s.operand(1)), ConvertOps::signed);
    }
    if (toWide && !fromWide && (types.equals("u64.u32") || types.equals("s64.u32"))) {
      return Shapes.widen(
          registers.ofLong(s.operand(0)), registers.ofInt(s.operand(1)), ConvertOps::unsigned);
    }
    if (!toWide && fromWide && types.matches("[su]32\\.[su]64")) {
      return Shapes.narrow(
          registers.ofInt(s.operand(0)), registers.ofLong(s.operand(1)), ConvertOps::low);
    }
    return null;
  }

  private static void signed(long[] d, int[] a) {
    for (int l = 0; l < 32; l++) {
      d[l] = a[l];
    }
  }

  private static void unsigned(long[] d, int[] a) {
    for (int l = 0; l < 32; l++) {
      d[l] = a[l] & 0xffffffffL;
    }
  }

  private static void low(int[] d, long[] a) {
    for (int l = 0; l < 32; l++) {
      d[l] = (int) a[l];
    }
  }

  private Op any(Statement s, Convert f) {
    boolean fromWide = isWide(s, 1, s.type());
    boolean toWide = isWide(s, 0, s.parts().get(s.parts().size() - 2));
    int d = toWide ? registers.ofLong(s.operand(0)) : registers.ofInt(s.operand(0));
    int a = fromWide ? registers.ofLong(s.operand(1)) : registers.ofInt(s.operand(1));
    return (warp, lanes) -> {
      for (int m = lanes; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        long value = f.of(fromWide ? warp.longs[a][lane] : warp.ints[a][lane]);
        if (toWide) {
          warp.longs[d][lane] = value;
        } else {
          warp.ints[d][lane] = (int) value;
        }
      }
    };
  }

  private boolean isWide(Statement s, int operand, String type) {
    Registers.Kind kind = registers.kind(s.operand(operand));
    return kind == null ? type.endsWith("64") : kind == Registers.Kind.LONG;
  }

  private static int bits(String type) {
    return type.equals("bf16") || type.equals("f16") ? 16 : Integer.parseInt(type.substring(1));
  }

  private static boolean integer(String type) {
    return type.startsWith("s") || type.startsWith("u");
  }

  private static long number(long value, String type) {
    int unused = 64 - bits(type);
    return type.startsWith("s") ? value << unused >> unused : value << unused >>> unused;
  }

  private static Convert convert(Statement s, String to, String from, List<String> how) {
    String rounding = how.isEmpty() ? "" : how.getFirst();
    boolean saturate = how.contains("sat");
    if (integer(from) && integer(to)) {
      return saturate
          ? a -> clamp(number(a, from), from.equals("u64"), to)
          : a -> number(number(a, from), to);
    }
    if (integer(from) && !saturate) {
      boolean big = from.equals("u64");
      return switch (to + rounding) {
        case "f32rn" -> a -> floatToRawIntBits(big ? unsignedFloat(a) : (float) number(a, from));
        case "f64rn" ->
            a -> doubleToRawLongBits(big ? unsignedDouble(a) : (double) number(a, from));
        default -> throw new PtxFault("%s is not known", s.name());
      };
    }
    if (integer(to)) {
      return a -> integer(whole(real(a, from), rounding), to);
    }
    return switch (to + "." + from) {
      case "f64.f32" -> a -> doubleToRawLongBits(intBitsToFloat((int) a));
      case "f32.f64" -> a -> floatToRawIntBits(Rounding.of(longBitsToDouble(a), rounding));
      case "f32.f32" -> a -> floatToRawIntBits(same(intBitsToFloat((int) a), rounding, saturate));
      case "f64.f64" -> a -> doubleToRawLongBits(whole(longBitsToDouble(a), rounding));
      case "f32.bf16" -> a -> (int) a << 16;
      case "f32.f16" -> a -> floatToRawIntBits(Float.float16ToFloat((short) a));
      case "bf16.f32" -> a -> bfloat((int) a, s, rounding);
      case "f16.f32" -> a -> Float.floatToFloat16(intBitsToFloat((int) a)) & 0xffff;
      case "tf32.f32" -> a -> tensorFloat((int) a, rounding);
      default -> throw new PtxFault("%s is not known", s.name());
    };
  }

  private static double real(long bits, String type) {
    return switch (type) {
      case "f64" -> longBitsToDouble(bits);
      case "f32" -> intBitsToFloat((int) bits);
      case "bf16" -> intBitsToFloat((int) bits << 16);
      case "f16" -> Float.float16ToFloat((short) bits);
      default -> throw new PtxFault("cvt of %s is not known", type);
    };
  }

  private static float same(float a, String rounding, boolean saturate) {
    if (saturate) {
      return a > 0 ? Math.min(a, 1) : 0;
    }
    return (float) whole(a, rounding);
  }

  private static double whole(double a, String rounding) {
    return switch (rounding) {
      case "rni" -> Math.rint(a);
      case "rmi" -> Math.floor(a);
      case "rpi" -> Math.ceil(a);
      case "rzi" -> a < 0 ? Math.ceil(a) : Math.floor(a);
      default -> a;
    };
  }

  /** Numbers beyond the type become its ends; what is no number becomes 0. */
  private static long integer(double a, String type) {
    return switch (type) {
      case "s64" -> (long) a;
      case "u64" ->
          a < 0x1p63
              ? Math.max(0, (long) a)
              : a < 0x1p64 ? (long) (a - 0x1p63) ^ Long.MIN_VALUE : a >= 0x1p64 ? -1 : 0;
      default -> clamp((long) a, false, type);
    };
  }

  private static long clamp(long a, boolean big, String type) {
    int bits = bits(type);
    boolean signed = type.startsWith("s");
    if (bits == 64) {
      return signed ? big && a < 0 ? Long.MAX_VALUE : a : big ? a : Math.max(0, a);
    }
    long high = signed ? (1L << (bits - 1)) - 1 : (1L << bits) - 1;
    long low = signed ? -high - 1 : 0;
    return big && a < 0 ? high : Math.clamp(a, low, high);
  }

  private static double unsignedDouble(long a) {
    // Halved with the lost bit kept, so that it rounds once.
    return a >= 0 ? a : 2.0 * ((a >>> 1) | (a & 1));
  }

  private static float unsignedFloat(long a) {
    return a >= 0 ? a : 2f * ((a >>> 1) | (a & 1));
  }

  private static long bfloat(int bits, Statement s, String rounding) {
    return switch (rounding) {
      case "rn" -> bfloat(bits);
      case "rz" -> bits >>> 16;
      default -> throw new PtxFault("%s is not known", s.name());
    };
  }

  /** The nearest bf16, ties to even. */
  static int bfloat(int bits) {
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return 0x7fff;
    }
    return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }

  /** The nearest number of 10 bits of fraction, ties away from 0. */
  private static int tensorFloat(int bits, String rounding) {
    if (!rounding.equals("rna")) {
      throw new PtxFault("cvt.%s.tf32.f32 is not known", rounding);
    }
    return (bits & 0x7f800000) == 0x7f800000 ? bits : (bits + 0x1000) & ~0x1fff;
  }

  private Op pair(Statement s) {
    if (!s.name().equals("cvt.rn.bf16x2.f32")) {
      throw new PtxFault("%s is not known", s.name());
    }
    return Shapes.eachInt(
        registers.ofInt(s.operand(0)),
        registers.ofInt(s.operand(1)),
        registers.ofInt(s.operand(2)),
        (high, low) -> bfloat(high) << 16 | bfloat(low));
  }
}
