package org.align4j.cuda.ptx;

import static java.lang.Double.longBitsToDouble;
import static java.lang.Float.intBitsToFloat;

import java.util.List;

/** Comparisons that set predicates, and choices by them. */
final class CompareOps {

  private final Registers registers;

  CompareOps(Registers registers) {
    this.registers = registers;
  }

  /** Compares 32 lanes: a bit a lane. */
  interface Ints {
    int lanes(int[] a, int[] b);
  }

  /** Compares two ints. */
  interface Int {
    boolean of(int a, int b);
  }

  /** Compares two longs. */
  interface Wide {
    boolean of(long a, long b);
  }

  /** Compares two doubles. */
  interface Real {
    boolean of(double a, double b);
  }

  /** {@code setp.CMP(.BOOL).TYPE p(|q), a, b(, (!)c)}. */
  Op set(Statement s) {
    List<String> parts = s.parts();
    String comparison = parts.get(1);
    boolean combines = parts.size() == 4;
    if (parts.size() > 4) {
      throw new PtxFault("%s is not known", s.name());
    }
    String[] targets = s.operand(0).split("\\|", -1);
    int target = registers.ofPredicate(targets[0].strip());
    int opposite = targets.length > 1 ? registers.ofPredicate(targets[1].strip()) : -1;
    String other = combines ? s.operand(3) : "";
    boolean negated = other.startsWith("!");
    int with = combines ? registers.ofPredicate(negated ? other.substring(1) : other) : -1;
    String by = combines ? parts.get(2) : "";
    if (!combines && opposite < 0) {
      return compare(
          s, comparison, (warp, lanes, result) -> BitOps.set(warp, target, lanes, result));
    }
    return compare(
        s,
        comparison,
        (warp, lanes, result) -> {
          int rest = with < 0 ? 0 : negated ? ~warp.predicates[with] : warp.predicates[with];
          int second = combine(by, ~result, rest);
          BitOps.set(warp, target, lanes, combine(by, result, rest));
          if (opposite >= 0) {
            BitOps.set(warp, opposite, lanes, second);
          }
        });
  }

  private static int combine(String by, int result, int with) {
    return switch (by) {
      case "" -> result;
      case "and" -> result & with;
      case "or" -> result | with;
      case "xor" -> result ^ with;
      default -> throw new PtxFault("setp with %s is not known", by);
    };
  }

  /** Takes what was compared. */
  private interface Result {
    void of(Warp warp, int lanes, int result);
  }

  private Op compare(Statement s, String comparison, Result to) {
    if (s.type().endsWith("64")) {
      int a = registers.ofLong(s.operand(1));
      int b = registers.ofLong(s.operand(2));
      Wide f = wide(s.type(), comparison);
      return (warp, lanes) -> {
        long[] x = warp.longs[a];
        long[] y = warp.longs[b];
        int result = 0;
        for (int l = 0; l < 32; l++) {
          result |= f.of(x[l], y[l]) ? 1 << l : 0;
        }
        to.of(warp, lanes, result);
      };
    }
    int a = registers.ofInt(s.operand(1));
    int b = registers.ofInt(s.operand(2));
    Ints f = narrow(s.type(), comparison);
    return (warp, lanes) -> to.of(warp, lanes, f.lanes(warp.ints[a], warp.ints[b]));
  }

  private static Ints narrow(String type, String comparison) {
    return switch (type) {
      case "s32", "b32" -> signed(comparison);
      case "u32" -> each(unsigned(comparison));
      case "s16" -> {
        Int f = ordered(comparison);
        yield each((a, b) -> f.of((short) a, (short) b));
      }
      case "u16", "b16" -> {
        Int f = ordered(comparison);
        yield each((a, b) -> f.of(a & 0xffff, b & 0xffff));
      }
      case "f32" -> {
        Real f = real(comparison);
        yield each((a, b) -> f.of(intBitsToFloat(a), intBitsToFloat(b)));
      }
      default -> throw new PtxFault("setp of %s is not known", type);
    };
  }

  private static Ints each(Int f) {
    return (a, b) -> {
      int result = 0;
      for (int l = 0; l < 32; l++) {
        result |= f.of(a[l], b[l]) ? 1 << l : 0;
      }
      return result;
    };
  }

  private static Ints signed(String comparison) {
    return switch (comparison) {
      case "eq" ->
          (a, b) -> {
            int r = 0;
            for (int l = 0; l < 32; l++) {
              r |= (a[l] == b[l] ? 1 : 0) << l;
            }
            return r;
          };
      case "ne" ->
          (a, b) -> {
            int r = 0;
            for (int l = 0; l < 32; l++) {
              r |= (a[l] != b[l] ? 1 : 0) << l;
            }
            return r;
          };
      case "lt" ->
          (a, b) -> {
            int r = 0;
            for (int l = 0; l < 32; l++) {
              r |= (a[l] < b[l] ? 1 : 0) << l;
            }
            return r;
          };
      case "le" ->
          (a, b) -> {
            int r = 0;
            for (int l = 0; l < 32; l++) {
              r |= (a[l] <= b[l] ? 1 : 0) << l;
            }
            return r;
          };
      case "gt" ->
          (a, b) -> {
            int r = 0;
            for (int l = 0; l < 32; l++) {
              r |= (a[l] > b[l] ? 1 : 0) << l;
            }
            return r;
          };
      case "ge" ->
          (a, b) -> {
            int r = 0;
            for (int l = 0; l < 32; l++) {
              r |= (a[l] >= b[l] ? 1 : 0) << l;
            }
            return r;
          };
      default -> throw new PtxFault("setp.%s of integers is not known", comparison);
    };
  }

  private static Int ordered(String comparison) {
    return switch (comparison) {
      case "eq" -> (a, b) -> a == b;
      case "ne" -> (a, b) -> a != b;
      case "lt", "lo" -> (a, b) -> a < b;
      case "le", "ls" -> (a, b) -> a <= b;
      case "gt", "hi" -> (a, b) -> a > b;
      case "ge", "hs" -> (a, b) -> a >= b;
      default -> throw new PtxFault("setp.%s of integers is not known", comparison);
    };
  }

  private static Int unsigned(String comparison) {
    Int f = ordered(comparison);
    return (a, b) -> f.of(a ^ 0x80000000, b ^ 0x80000000);
  }

  private static Wide wide(String type, String comparison) {
    if (type.equals("f64")) {
      Real f = real(comparison);
      return (a, b) -> f.of(longBitsToDouble(a), longBitsToDouble(b));
    }
    long flip = type.equals("u64") ? Long.MIN_VALUE : 0;
    return switch (comparison) {
      case "eq" -> (a, b) -> a == b;
      case "ne" -> (a, b) -> a != b;
      case "lt", "lo" -> (a, b) -> (a ^ flip) < (b ^ flip);
      case "le", "ls" -> (a, b) -> (a ^ flip) <= (b ^ flip);
      case "gt", "hi" -> (a, b) -> (a ^ flip) > (b ^ flip);
      case "ge", "hs" -> (a, b) -> (a ^ flip) >= (b ^ flip);
      default -> throw new PtxFault("setp.%s of integers is not known", comparison);
    };
  }

  /** Comparisons of numbers; those that end with u hold where one is not a number. */
  private static Real real(String comparison) {
    return switch (comparison) {
      case "eq" -> (a, b) -> a == b;
      case "ne" -> (a, b) -> a < b || a > b;
      case "lt" -> (a, b) -> a < b;
      case "le" -> (a, b) -> a <= b;
      case "gt" -> (a, b) -> a > b;
      case "ge" -> (a, b) -> a >= b;
      case "equ" -> (a, b) -> !(a < b || a > b);
      case "neu" -> (a, b) -> a != b;
      case "ltu" -> (a, b) -> !(a >= b);
      case "leu" -> (a, b) -> !(a > b);
      case "gtu" -> (a, b) -> !(a <= b);
      case "geu" -> (a, b) -> !(a < b);
      case "num" -> (a, b) -> !Double.isNaN(a) && !Double.isNaN(b);
      case "nan" -> (a, b) -> Double.isNaN(a) || Double.isNaN(b);
      default -> throw new PtxFault("setp.%s of floats is not known", comparison);
    };
  }

  /** {@code selp.TYPE d, a, b, p}. */
  Op select(Statement s) {
    int p = registers.ofPredicate(s.operand(3));
    if (s.type().endsWith("64")) {
      int d = registers.ofLong(s.operand(0));
      int a = registers.ofLong(s.operand(1));
      int b = registers.ofLong(s.operand(2));
      return (warp, lanes) -> {
        long[] to = lanes == -1 ? warp.longs[d] : warp.someLongs;
        long[] x = warp.longs[a];
        long[] y = warp.longs[b];
        int which = warp.predicates[p];
        for (int l = 0; l < 32; l++) {
          to[l] = (which >>> l & 1) != 0 ? x[l] : y[l];
        }
        if (lanes != -1) {
          warp.keepLongs(d, lanes);
        }
      };
    }
    int d = registers.ofInt(s.operand(0));
    int a = registers.ofInt(s.operand(1));
    int b = registers.ofInt(s.operand(2));
    return (warp, lanes) -> {
      int[] to = lanes == -1 ? warp.ints[d] : warp.someInts;
      int[] x = warp.ints[a];
      int[] y = warp.ints[b];
      int which = warp.predicates[p];
      for (int l = 0; l < 32; l++) {
        to[l] = (which >>> l & 1) != 0 ? x[l] : y[l];
      }
      if (lanes != -1) {
        warp.keepInts(d, lanes);
      }
    };
  }
}
