package org.align4j.cuda.ptx;

import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Operations of all lanes by what they take and give. What is frequent comes as a loop over 32
 * lanes, which the compiler makes fast; what is rare comes as a function of one lane.
 *
 * <p>All lanes are computed always; where not all run, the results of those that do are kept.
 */
final class Shapes {

  /** From one row to another. */
  interface Ints1 {
    void lanes(int[] d, int[] a);
  }

  /** From two rows. */
  interface Ints2 {
    void lanes(int[] d, int[] a, int[] b);
  }

  /** From three rows. */
  interface Ints3 {
    void lanes(int[] d, int[] a, int[] b, int[] c);
  }

  /** From one row of 64 bits. */
  interface Longs1 {
    void lanes(long[] d, long[] a);
  }

  /** From two. */
  interface Longs2 {
    void lanes(long[] d, long[] a, long[] b);
  }

  /** From three. */
  interface Longs3 {
    void lanes(long[] d, long[] a, long[] b, long[] c);
  }

  /** A row of 64 bits by one of 32, as shifts are. */
  interface LongsByInts {
    void lanes(long[] d, long[] a, int[] b);
  }

  /** From 32 bits to 64. */
  interface Widen {
    void lanes(long[] d, int[] a);
  }

  /** From 64 bits to 32. */
  interface Narrow {
    void lanes(int[] d, long[] a);
  }

  /** The wide product of two rows. */
  interface Wide2 {
    void lanes(long[] d, int[] a, int[] b);
  }

  /** A function of three ints. */
  interface IntTernary {
    int of(int a, int b, int c);
  }

  /** A function of three longs. */
  interface LongTernary {
    long of(long a, long b, long c);
  }

  private Shapes() {}

  static Op ints(int d, int a, Ints1 f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.ints[d] : w.someInts, w.ints[a]);
      keepInts(w, d, m);
    };
  }

  static Op ints(int d, int a, int b, Ints2 f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.ints[d] : w.someInts, w.ints[a], w.ints[b]);
      keepInts(w, d, m);
    };
  }

  static Op ints(int d, int a, int b, int c, Ints3 f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.ints[d] : w.someInts, w.ints[a], w.ints[b], w.ints[c]);
      keepInts(w, d, m);
    };
  }

  static Op longs(int d, int a, Longs1 f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.longs[d] : w.someLongs, w.longs[a]);
      keepLongs(w, d, m);
    };
  }

  static Op longs(int d, int a, int b, Longs2 f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.longs[d] : w.someLongs, w.longs[a], w.longs[b]);
      keepLongs(w, d, m);
    };
  }

  static Op longs(int d, int a, int b, int c, Longs3 f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.longs[d] : w.someLongs, w.longs[a], w.longs[b], w.longs[c]);
      keepLongs(w, d, m);
    };
  }

  static Op longsByInts(int d, int a, int b, LongsByInts f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.longs[d] : w.someLongs, w.longs[a], w.ints[b]);
      keepLongs(w, d, m);
    };
  }

  static Op widen(int d, int a, Widen f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.longs[d] : w.someLongs, w.ints[a]);
      keepLongs(w, d, m);
    };
  }

  static Op narrow(int d, int a, Narrow f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.ints[d] : w.someInts, w.longs[a]);
      keepInts(w, d, m);
    };
  }

  static Op wide(int d, int a, int b, Wide2 f) {
    return (w, m) -> {
      f.lanes(m == -1 ? w.longs[d] : w.someLongs, w.ints[a], w.ints[b]);
      keepLongs(w, d, m);
    };
  }

  static Op eachInt(int d, int a, IntUnaryOperator f) {
    return ints(
        d,
        a,
        (x, y) -> {
          for (int l = 0; l < 32; l++) {
            x[l] = f.applyAsInt(y[l]);
          }
        });
  }

  static Op eachInt(int d, int a, int b, IntBinaryOperator f) {
    return ints(
        d,
        a,
        b,
        (x, y, z) -> {
          for (int l = 0; l < 32; l++) {
            x[l] = f.applyAsInt(y[l], z[l]);
          }
        });
  }

  static Op eachInt(int d, int a, int b, int c, IntTernary f) {
    return ints(
        d,
        a,
        b,
        c,
        (x, y, z, v) -> {
          for (int l = 0; l < 32; l++) {
            x[l] = f.of(y[l], z[l], v[l]);
          }
        });
  }

  static Op eachLong(int d, int a, LongUnaryOperator f) {
    return longs(
        d,
        a,
        (x, y) -> {
          for (int l = 0; l < 32; l++) {
            x[l] = f.applyAsLong(y[l]);
          }
        });
  }

  static Op eachLong(int d, int a, int b, LongBinaryOperator f) {
    return longs(
        d,
        a,
        b,
        (x, y, z) -> {
          for (int l = 0; l < 32; l++) {
            x[l] = f.applyAsLong(y[l], z[l]);
          }
        });
  }

  static Op eachLong(int d, int a, int b, int c, LongTernary f) {
    return longs(
        d,
        a,
        b,
        c,
        (x, y, z, v) -> {
          for (int l = 0; l < 32; l++) {
            x[l] = f.of(y[l], z[l], v[l]);
          }
        });
  }

  private static void keepInts(Warp w, int register, int lanes) {
    if (lanes != -1) {
      w.keepInts(register, lanes);
    }
  }

  private static void keepLongs(Warp w, int register, int lanes) {
    if (lanes != -1) {
      w.keepLongs(register, lanes);
    }
  }
}
