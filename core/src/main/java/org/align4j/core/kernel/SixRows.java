package org.align4j.core.kernel;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.align4j.core.kernel.Lanes.BYTES;
import static org.align4j.core.kernel.Lanes.ORDER;
import static org.align4j.core.kernel.Lanes.SPECIES;
import static org.align4j.core.kernel.Memory.ALL;
import static org.align4j.core.kernel.Memory.FLOAT;

import jdk.incubator.vector.FloatVector;

/**
 * Micro-kernels for sixteen vector registers: up to 6 rows times 2 vectors of sums in locals,
 * {@code c[i] (+)= Σ_k a[k,i] · b[k]}, each sum one chain of fused multiply-adds in the order of k.
 * The left side is packed, {@code [k][pitch]}, with a power of two for a pitch: addresses are then
 * an invariant and a shift, and the loop is the multiply-adds, their loads and four instructions
 * more. b is a panel of 2 vectors a row; c is loaded first where {@code load}.
 *
 * <p>The shape of each body is what the compiler makes best of, measured against the multiply-add
 * peak: {@code b.fma(s, c)} keeps all sums of six rows in registers (95 %) where {@code s.fma(b,
 * c)} spills two (42 %); four rows spill unless they go by two steps (84 %).
 */
final class SixRows {

  private SixRows() {}

  static void six(long a, long b, int depth, long c, long cPitch, boolean load) {
    if (!load) {
      FloatVector z = FloatVector.zero(SPECIES);
      z.intoMemorySegment(ALL, c, ORDER);
      z.intoMemorySegment(ALL, c + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + cPitch, ORDER);
      z.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 3 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 3 * cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 4 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 4 * cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 5 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 5 * cPitch + BYTES, ORDER);
    }
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    FloatVector c1x = fromMemorySegment(SPECIES, ALL, c + cPitch, ORDER);
    FloatVector c1y = fromMemorySegment(SPECIES, ALL, c + cPitch + BYTES, ORDER);
    FloatVector c2x = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch, ORDER);
    FloatVector c2y = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch + BYTES, ORDER);
    FloatVector c3x = fromMemorySegment(SPECIES, ALL, c + 3 * cPitch, ORDER);
    FloatVector c3y = fromMemorySegment(SPECIES, ALL, c + 3 * cPitch + BYTES, ORDER);
    FloatVector c4x = fromMemorySegment(SPECIES, ALL, c + 4 * cPitch, ORDER);
    FloatVector c4y = fromMemorySegment(SPECIES, ALL, c + 4 * cPitch + BYTES, ORDER);
    FloatVector c5x = fromMemorySegment(SPECIES, ALL, c + 5 * cPitch, ORDER);
    FloatVector c5y = fromMemorySegment(SPECIES, ALL, c + 5 * cPitch + BYTES, ORDER);
    long a1 = a + 4;
    long a2 = a + 8;
    long a3 = a + 12;
    long a4 = a + 16;
    long a5 = a + 20;
    long b1 = b + BYTES;
    for (int k = 0; k < depth; k++) {
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 2 * BYTES * k, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 2 * BYTES * k, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 32L * k));
      c0x = bx.fma(s0, c0x);
      c0y = by.fma(s0, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 32L * k));
      c1x = bx.fma(s1, c1x);
      c1y = by.fma(s1, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, a2 + 32L * k));
      c2x = bx.fma(s2, c2x);
      c2y = by.fma(s2, c2y);
      FloatVector s3 = broadcast(SPECIES, ALL.get(FLOAT, a3 + 32L * k));
      c3x = bx.fma(s3, c3x);
      c3y = by.fma(s3, c3y);
      FloatVector s4 = broadcast(SPECIES, ALL.get(FLOAT, a4 + 32L * k));
      c4x = bx.fma(s4, c4x);
      c4y = by.fma(s4, c4y);
      FloatVector s5 = broadcast(SPECIES, ALL.get(FLOAT, a5 + 32L * k));
      c5x = bx.fma(s5, c5x);
      c5y = by.fma(s5, c5y);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
    c1x.intoMemorySegment(ALL, c + cPitch, ORDER);
    c1y.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
    c2x.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
    c2y.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
    c3x.intoMemorySegment(ALL, c + 3 * cPitch, ORDER);
    c3y.intoMemorySegment(ALL, c + 3 * cPitch + BYTES, ORDER);
    c4x.intoMemorySegment(ALL, c + 4 * cPitch, ORDER);
    c4y.intoMemorySegment(ALL, c + 4 * cPitch + BYTES, ORDER);
    c5x.intoMemorySegment(ALL, c + 5 * cPitch, ORDER);
    c5y.intoMemorySegment(ALL, c + 5 * cPitch + BYTES, ORDER);
  }

  static void five(long a, long b, int depth, long c, long cPitch, boolean load) {
    if (!load) {
      FloatVector z = FloatVector.zero(SPECIES);
      z.intoMemorySegment(ALL, c, ORDER);
      z.intoMemorySegment(ALL, c + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + cPitch, ORDER);
      z.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 3 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 3 * cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 4 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 4 * cPitch + BYTES, ORDER);
    }
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    FloatVector c1x = fromMemorySegment(SPECIES, ALL, c + cPitch, ORDER);
    FloatVector c1y = fromMemorySegment(SPECIES, ALL, c + cPitch + BYTES, ORDER);
    FloatVector c2x = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch, ORDER);
    FloatVector c2y = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch + BYTES, ORDER);
    FloatVector c3x = fromMemorySegment(SPECIES, ALL, c + 3 * cPitch, ORDER);
    FloatVector c3y = fromMemorySegment(SPECIES, ALL, c + 3 * cPitch + BYTES, ORDER);
    FloatVector c4x = fromMemorySegment(SPECIES, ALL, c + 4 * cPitch, ORDER);
    FloatVector c4y = fromMemorySegment(SPECIES, ALL, c + 4 * cPitch + BYTES, ORDER);
    long a1 = a + 4;
    long a2 = a + 8;
    long a3 = a + 12;
    long a4 = a + 16;
    long b1 = b + BYTES;
    for (int k = 0; k < depth; k++) {
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 2 * BYTES * k, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 2 * BYTES * k, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 32L * k));
      c0x = bx.fma(s0, c0x);
      c0y = by.fma(s0, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 32L * k));
      c1x = bx.fma(s1, c1x);
      c1y = by.fma(s1, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, a2 + 32L * k));
      c2x = bx.fma(s2, c2x);
      c2y = by.fma(s2, c2y);
      FloatVector s3 = broadcast(SPECIES, ALL.get(FLOAT, a3 + 32L * k));
      c3x = bx.fma(s3, c3x);
      c3y = by.fma(s3, c3y);
      FloatVector s4 = broadcast(SPECIES, ALL.get(FLOAT, a4 + 32L * k));
      c4x = bx.fma(s4, c4x);
      c4y = by.fma(s4, c4y);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
    c1x.intoMemorySegment(ALL, c + cPitch, ORDER);
    c1y.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
    c2x.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
    c2y.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
    c3x.intoMemorySegment(ALL, c + 3 * cPitch, ORDER);
    c3y.intoMemorySegment(ALL, c + 3 * cPitch + BYTES, ORDER);
    c4x.intoMemorySegment(ALL, c + 4 * cPitch, ORDER);
    c4y.intoMemorySegment(ALL, c + 4 * cPitch + BYTES, ORDER);
  }

  static void four(long a, long b, int depth, long c, long cPitch, boolean load) {
    if (!load) {
      FloatVector z = FloatVector.zero(SPECIES);
      z.intoMemorySegment(ALL, c, ORDER);
      z.intoMemorySegment(ALL, c + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + cPitch, ORDER);
      z.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 3 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 3 * cPitch + BYTES, ORDER);
    }
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    FloatVector c1x = fromMemorySegment(SPECIES, ALL, c + cPitch, ORDER);
    FloatVector c1y = fromMemorySegment(SPECIES, ALL, c + cPitch + BYTES, ORDER);
    FloatVector c2x = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch, ORDER);
    FloatVector c2y = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch + BYTES, ORDER);
    FloatVector c3x = fromMemorySegment(SPECIES, ALL, c + 3 * cPitch, ORDER);
    FloatVector c3y = fromMemorySegment(SPECIES, ALL, c + 3 * cPitch + BYTES, ORDER);
    long a1 = a + 4;
    long a2 = a + 8;
    long a3 = a + 12;
    long b1 = b + BYTES;
    long a0n = a + 16;
    long a1n = a + 20;
    long a2n = a + 24;
    long a3n = a + 28;
    long b0n = b + 2 * BYTES;
    long b1n = b + 3 * BYTES;
    for (int k = 0; k < depth / 2; k++) {
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 4 * BYTES * k, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 4 * BYTES * k, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 32L * k));
      c0x = bx.fma(s0, c0x);
      c0y = by.fma(s0, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 32L * k));
      c1x = bx.fma(s1, c1x);
      c1y = by.fma(s1, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, a2 + 32L * k));
      c2x = bx.fma(s2, c2x);
      c2y = by.fma(s2, c2y);
      FloatVector s3 = broadcast(SPECIES, ALL.get(FLOAT, a3 + 32L * k));
      c3x = bx.fma(s3, c3x);
      c3y = by.fma(s3, c3y);
      FloatVector bxn = fromMemorySegment(SPECIES, ALL, b0n + 4 * BYTES * k, ORDER);
      FloatVector byn = fromMemorySegment(SPECIES, ALL, b1n + 4 * BYTES * k, ORDER);
      FloatVector s0n = broadcast(SPECIES, ALL.get(FLOAT, a0n + 32L * k));
      c0x = bxn.fma(s0n, c0x);
      c0y = byn.fma(s0n, c0y);
      FloatVector s1n = broadcast(SPECIES, ALL.get(FLOAT, a1n + 32L * k));
      c1x = bxn.fma(s1n, c1x);
      c1y = byn.fma(s1n, c1y);
      FloatVector s2n = broadcast(SPECIES, ALL.get(FLOAT, a2n + 32L * k));
      c2x = bxn.fma(s2n, c2x);
      c2y = byn.fma(s2n, c2y);
      FloatVector s3n = broadcast(SPECIES, ALL.get(FLOAT, a3n + 32L * k));
      c3x = bxn.fma(s3n, c3x);
      c3y = byn.fma(s3n, c3y);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
    c1x.intoMemorySegment(ALL, c + cPitch, ORDER);
    c1y.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
    c2x.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
    c2y.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
    c3x.intoMemorySegment(ALL, c + 3 * cPitch, ORDER);
    c3y.intoMemorySegment(ALL, c + 3 * cPitch + BYTES, ORDER);
    if (depth % 2 != 0) {
      long last = depth - 1;
      lastOfFour(a + 16 * last, b + 2 * BYTES * last, c, cPitch);
    }
  }

  private static void lastOfFour(long a, long b, long c, long cPitch) {
    for (int i = 0; i < 4; i++) {
      one(a + 4L * i, b, 1, c + i * cPitch, cPitch, true);
    }
  }

  static void two(long a, long b, int depth, long c, long cPitch, boolean load) {
    if (!load) {
      FloatVector z = FloatVector.zero(SPECIES);
      z.intoMemorySegment(ALL, c, ORDER);
      z.intoMemorySegment(ALL, c + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + cPitch, ORDER);
      z.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
    }
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    FloatVector c1x = fromMemorySegment(SPECIES, ALL, c + cPitch, ORDER);
    FloatVector c1y = fromMemorySegment(SPECIES, ALL, c + cPitch + BYTES, ORDER);
    long a1 = a + 4;
    long b1 = b + BYTES;
    for (int k = 0; k < depth; k++) {
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 2 * BYTES * k, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 2 * BYTES * k, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 8L * k));
      c0x = s0.fma(bx, c0x);
      c0y = s0.fma(by, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 8L * k));
      c1x = s1.fma(bx, c1x);
      c1y = s1.fma(by, c1y);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
    c1x.intoMemorySegment(ALL, c + cPitch, ORDER);
    c1y.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
  }

  static void one(long a, long b, int depth, long c, long cPitch, boolean load) {
    if (!load) {
      FloatVector z = FloatVector.zero(SPECIES);
      z.intoMemorySegment(ALL, c, ORDER);
      z.intoMemorySegment(ALL, c + BYTES, ORDER);
    }
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    long b1 = b + BYTES;
    for (int k = 0; k < depth; k++) {
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 2 * BYTES * k, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 2 * BYTES * k, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 4L * k));
      c0x = s0.fma(bx, c0x);
      c0y = s0.fma(by, c0y);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
  }
}
