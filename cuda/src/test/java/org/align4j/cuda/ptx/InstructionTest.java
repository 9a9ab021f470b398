package org.align4j.cuda.ptx;

import static java.lang.Float.floatToIntBits;
import static java.lang.Float.intBitsToFloat;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Instructions give what Java's arithmetic gives. */
class InstructionTest {

  private static final long[] EDGES = {
    0,
    1,
    -1,
    2,
    31,
    32,
    33,
    63,
    64,
    255,
    256,
    65535,
    65536,
    0x7fffffffL,
    0x80000000L,
    0xffffffffL,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    0x3f800000L,
    0xbf800000L,
    0x7f800000L,
    0x00000001L
  };

  /** What a lane's result is. */
  interface Expected {
    long of(long a, long b, long c);
  }

  private static Arguments of(String body, String types, Expected expected) {
    int[] bits = types.chars().map(c -> c == 'i' ? 32 : 64).toArray();
    return Arguments.of(body, bits, expected);
  }

  private static Arguments ints(String name, String types, Expected f) {
    String operands = types.length() == 2 ? "%a" : types.length() == 3 ? "%a, %b" : "%a, %b, %c";
    return of(name + " %d, " + operands + ";", types, f);
  }

  private static Arguments compare(String name, char type, Expected f) {
    return of("setp." + name + " %p, %a, %b; selp.b32 %d, 1, 0, %p;", "i" + type + type, f);
  }

  private static BigInteger big(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  static Stream<Arguments> integers() {
    return Stream.of(
        ints("add.s32", "iii", (a, b, c) -> a + b),
        ints("sub.s32", "iii", (a, b, c) -> a - b),
        ints("mul.lo.s32", "iii", (a, b, c) -> a * b),
        ints("mad.lo.s32", "iiii", (a, b, c) -> a * b + c),
        ints(
            "mul.hi.u32",
            "iii",
            (a, b, c) -> big(low(a)).multiply(big(low(b))).shiftRight(32).longValue()),
        ints("mul.hi.s32", "iii", (a, b, c) -> ((long) (int) a * (int) b) >> 32),
        ints("mul.wide.s32", "lii", (a, b, c) -> (long) (int) a * (int) b),
        ints("mul.wide.u32", "lii", (a, b, c) -> low(a) * low(b)),
        ints("mad.wide.s32", "liil", (a, b, c) -> (long) (int) a * (int) b + c),
        ints("div.s32", "iii", (a, b, c) -> (int) b == 0 ? -1 : (int) a / (int) b),
        ints("rem.s32", "iii", (a, b, c) -> (int) b == 0 ? a : (int) a % (int) b),
        ints("div.u32", "iii", (a, b, c) -> low(b) == 0 ? -1 : low(a) / low(b)),
        ints("rem.u32", "iii", (a, b, c) -> low(b) == 0 ? a : low(a) % low(b)),
        ints("max.u32", "iii", (a, b, c) -> Math.max(low(a), low(b))),
        ints("min.s32", "iii", (a, b, c) -> Math.min((int) a, (int) b)),
        ints("neg.s32", "ii", (a, b, c) -> -a),
        ints("add.s64", "lll", (a, b, c) -> a + b),
        ints("mul.lo.s64", "lll", (a, b, c) -> big(a).multiply(big(b)).longValue()),
        ints("mul.hi.u64", "lll", (a, b, c) -> big(a).multiply(big(b)).shiftRight(64).longValue()),
        ints(
            "mul.hi.s64",
            "lll",
            (a, b, c) ->
                BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)).shiftRight(64).longValue()),
        ints("div.u64", "lll", (a, b, c) -> b == 0 ? -1 : big(a).divide(big(b)).longValue()),
        ints("rem.s64", "lll", (a, b, c) -> b == 0 ? a : a % b),
        ints("max.s64", "lll", (a, b, c) -> Math.max(a, b)));
  }

  static Stream<Arguments> bits() {
    return Stream.of(
        ints("and.b32", "iii", (a, b, c) -> a & b),
        ints("or.b64", "lll", (a, b, c) -> a | b),
        ints("xor.b32", "iii", (a, b, c) -> a ^ b),
        ints("not.b32", "ii", (a, b, c) -> ~a),
        ints("shl.b32", "iii", (a, b, c) -> low(b) > 31 ? 0 : a << b),
        ints("shr.u32", "iii", (a, b, c) -> low(b) > 31 ? 0 : low(a) >> b),
        ints("shr.s32", "iii", (a, b, c) -> (int) a >> Math.min(31, low(b))),
        ints("shl.b64", "lli", (a, b, c) -> low(b) > 63 ? 0 : a << b),
        ints("shr.s64", "lli", (a, b, c) -> a >> Math.min(63, low(b))),
        ints("shr.u64", "lli", (a, b, c) -> low(b) > 63 ? 0 : a >>> b),
        ints(
            "shf.l.wrap.b32",
            "iiii",
            (a, b, c) -> joined(a, b).shiftLeft((int) c & 31).shiftRight(32).longValue()),
        ints(
            "shf.r.wrap.b32",
            "iiii",
            (a, b, c) -> joined(a, b).shiftRight((int) c & 31).longValue()),
        ints(
            "shf.r.clamp.b32",
            "iiii",
            (a, b, c) -> joined(a, b).shiftRight((int) Math.min(32, low(c))).longValue()),
        ints("popc.b32", "ii", (a, b, c) -> big(low(a)).bitCount()),
        ints("clz.b32", "ii", (a, b, c) -> 32 - big(low(a)).bitLength()),
        ints("popc.b64", "il", (a, b, c) -> big(a).bitCount()),
        ints("brev.b32", "ii", (a, b, c) -> Integer.reverse((int) a)),
        of("prmt.b32 %d, %a, %b, 0x4b05;", "iii", (a, b, c) -> bytes(a, b)),
        of("bfe.u32 %d, %a, 5, 9;", "ii", (a, b, c) -> a >>> 5 & 511),
        of("bfe.s32 %d, %a, 5, 9;", "ii", (a, b, c) -> (int) (a << 18) >> 23),
        of("bfi.b32 %d, %a, %b, 5, 9;", "iii", (a, b, c) -> (b & ~(511 << 5)) | ((a & 511) << 5)),
        of("lop3.b32 %d, %a, %b, %c, 0x96;", "iiii", (a, b, c) -> a ^ b ^ c),
        of("lop3.b32 %d, %a, %b, %c, 0xe8;", "iiii", (a, b, c) -> (a & b) | (a & c) | (b & c)));
  }

  private static BigInteger joined(long low, long high) {
    return big(low(high)).shiftLeft(32).add(big(low(low)));
  }

  /** Bytes 5, 0 and 4 of b:a, and the sign of byte 3, as 0x4b05 asks from the low end on. */
  private static long bytes(long a, long b) {
    long second = b >>> 8 & 255;
    long first = a & 255;
    long sign = (int) a < 0 ? 255 : 0;
    long third = b & 255;
    return second | first << 8 | sign << 16 | third << 24;
  }

  static Stream<Arguments> floats() {
    return Stream.of(
        ints("add.rn.f32", "iii", (a, b, c) -> f(f(a) + f(b))),
        ints("sub.rn.f32", "iii", (a, b, c) -> f(f(a) - f(b))),
        ints("mul.rn.f32", "iii", (a, b, c) -> f(f(a) * f(b))),
        ints("div.rn.f32", "iii", (a, b, c) -> f(f(a) / f(b))),
        ints("fma.rn.f32", "iiii", (a, b, c) -> f(Math.fma(f(a), f(b), f(c)))),
        ints("sqrt.rn.f32", "ii", (a, b, c) -> f((float) Math.sqrt(f(a)))),
        ints("rcp.rn.f32", "ii", (a, b, c) -> f(1 / f(a))),
        ints("neg.f32", "ii", (a, b, c) -> a ^ 0x80000000L),
        ints("abs.f32", "ii", (a, b, c) -> a & 0x7fffffff),
        ints(
            "max.f32",
            "iii",
            (a, b, c) -> Float.isNaN(f(a)) ? b : Float.isNaN(f(b)) ? a : f(Math.max(f(a), f(b)))),
        ints("add.rn.f64", "lll", (a, b, c) -> d(d(a) + d(b))),
        ints("mul.rn.f64", "lll", (a, b, c) -> d(d(a) * d(b))),
        ints("div.rn.f64", "lll", (a, b, c) -> d(d(a) / d(b))),
        ints("fma.rn.f64", "llll", (a, b, c) -> d(Math.fma(d(a), d(b), d(c)))),
        ints("sqrt.rn.f64", "ll", (a, b, c) -> d(Math.sqrt(d(a)))),
        ints(
            "min.f64",
            "lll",
            (a, b, c) ->
                Double.isNaN(d(a)) ? b : Double.isNaN(d(b)) ? a : d(Math.min(d(a), d(b)))));
  }

  static Stream<Arguments> conversions() {
    return Stream.of(
        ints("cvt.s64.s32", "li", (a, b, c) -> (int) a),
        ints("cvt.u64.u32", "li", (a, b, c) -> low(a)),
        ints("cvt.u32.u64", "il", (a, b, c) -> a),
        ints("cvt.s32.s8", "ii", (a, b, c) -> (byte) a),
        ints("cvt.u32.u16", "ii", (a, b, c) -> a & 0xffff),
        ints("cvt.rn.f32.s32", "ii", (a, b, c) -> f((float) (int) a)),
        ints("cvt.rn.f32.u32", "ii", (a, b, c) -> f((float) low(a))),
        ints("cvt.rn.f32.s64", "il", (a, b, c) -> f((float) a)),
        ints("cvt.rn.f64.u64", "ll", (a, b, c) -> d(big(a).doubleValue())),
        ints("cvt.rzi.s32.f32", "ii", (a, b, c) -> (int) f(a)),
        ints("cvt.rni.s32.f32", "ii", (a, b, c) -> (int) Math.rint(f(a))),
        ints("cvt.rmi.f32.f32", "ii", (a, b, c) -> f((float) Math.floor(f(a)))),
        ints("cvt.rni.f32.f32", "ii", (a, b, c) -> f((float) Math.rint(f(a)))),
        ints("cvt.rzi.s64.f64", "ll", (a, b, c) -> (long) d(a)),
        ints("cvt.f64.f32", "li", (a, b, c) -> d(f(a))),
        ints("cvt.rn.f32.f64", "il", (a, b, c) -> f((float) d(a))),
        ints("cvt.s64.s32", "ll", (a, b, c) -> (int) a),
        of("mov.b64 %d, {%a, %b};", "lii", (a, b, c) -> low(a) | b << 32),
        of("{ .reg .b32 %x; mov.b64 {%x, %d}, %a; }", "il", (a, b, c) -> a >>> 32));
  }

  static Stream<Arguments> comparisons() {
    return Stream.of(
        compare("eq.s32", 'i', (a, b, c) -> (int) a == (int) b ? 1 : 0),
        compare("ne.s32", 'i', (a, b, c) -> (int) a != (int) b ? 1 : 0),
        compare("lt.s32", 'i', (a, b, c) -> (int) a < (int) b ? 1 : 0),
        compare("ge.s32", 'i', (a, b, c) -> (int) a >= (int) b ? 1 : 0),
        compare("lt.u32", 'i', (a, b, c) -> low(a) < low(b) ? 1 : 0),
        compare("gt.s64", 'l', (a, b, c) -> a > b ? 1 : 0),
        compare("le.u64", 'l', (a, b, c) -> big(a).compareTo(big(b)) <= 0 ? 1 : 0),
        compare("lt.f32", 'i', (a, b, c) -> f(a) < f(b) ? 1 : 0),
        compare("ne.f32", 'i', (a, b, c) -> f(a) < f(b) || f(a) > f(b) ? 1 : 0),
        compare("neu.f32", 'i', (a, b, c) -> f(a) != f(b) ? 1 : 0),
        compare("geu.f32", 'i', (a, b, c) -> f(a) < f(b) ? 0 : 1),
        compare("nan.f32", 'i', (a, b, c) -> Float.isNaN(f(a)) || Float.isNaN(f(b)) ? 1 : 0),
        compare("lt.f64", 'l', (a, b, c) -> d(a) < d(b) ? 1 : 0),
        of(
            "setp.lt.s32 %q0, %a, 100; setp.gt.and.s32 %p, %b, 7, %q0; selp.b32 %d, 1, 0, %p;",
            "iii", (a, b, c) -> (int) b > 7 && (int) a < 100 ? 1 : 0),
        of(
            "setp.lt.s32 %q0, %a, 100; setp.gt.or.s32 %p, %b, 7, !%q0; selp.b32 %d, 1, 0, %p;",
            "iii", (a, b, c) -> (int) b > 7 || (int) a >= 100 ? 1 : 0),
        of(
            "setp.lt.s32 %p, %a, %b; mov.b32 %d, 3; @%p add.s32 %d, %d, 4; @!%p sub.s32 %d, %d, 9;",
            "iii", (a, b, c) -> (int) a < (int) b ? 7 : -6));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"integers", "bits", "floats", "conversions", "comparisons"})
  void anInstructionGivesWhatJavaGives(String body, int[] types, Expected expected) {
    Random random = new Random(7);
    for (int round = 0; round < 6; round++) {
      long[][] inputs = new long[types.length - 1][32];
      for (long[] input : inputs) {
        for (int lane = 0; lane < 32; lane++) {
          input[lane] = value(random, types[0]);
        }
      }
      long[] result = OneInstruction.run(body, types, inputs);
      for (int lane = 0; lane < 32; lane++) {
        long a = inputs[0][lane];
        long b = inputs.length > 1 ? inputs[1][lane] : 0;
        long c = inputs.length > 2 ? inputs[2][lane] : 0;
        long right = expected.of(a, b, c);
        assertThat(number(result[lane], body, types[0]))
            .as("%s of %x, %x, %x", body, a, b, c)
            .isEqualTo(number(right, body, types[0]));
      }
    }
  }

  /** The bits of a result; whatever is no number counts as the same. */
  private static long number(long bits, String body, int size) {
    if (size == 32) {
      return body.contains("f32") ? f(f(bits)) : low(bits);
    }
    return body.contains("f64") ? d(d(bits)) : bits;
  }

  /** Ends of ranges, small numbers, and bits of ordinary floats. */
  private static long value(Random random, int bits) {
    return switch (random.nextInt(4)) {
      case 0 -> EDGES[random.nextInt(EDGES.length)];
      case 1 -> random.nextInt(200) - 100;
      case 2 ->
          bits == 64
              ? Double.doubleToLongBits(random.nextGaussian() * 1000)
              : floatToIntBits((float) random.nextGaussian() * 1000) & 0xffffffffL;
      default -> random.nextLong();
    };
  }

  private static long low(long value) {
    return value & 0xffffffffL;
  }

  private static float f(long bits) {
    return intBitsToFloat((int) bits);
  }

  private static long f(float value) {
    return floatToIntBits(value);
  }

  private static double d(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static long d(double value) {
    return Double.doubleToLongBits(value);
  }
}
