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
 * The left side is packed, {@code [k][rows]}: one pointer with a constant stride leaves no bounds
 * check and no spill in the loop, six pointers cost a third of the speed. b is a panel of 2 vectors
 * a row; c is loaded first where {@code load}.
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
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 24L * k));
      c0x = s0.fma(bx, c0x);
      c0y = s0.fma(by, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 24L * k));
      c1x = s1.fma(bx, c1x);
      c1y = s1.fma(by, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, a2 + 24L * k));
      c2x = s2.fma(bx, c2x);
      c2y = s2.fma(by, c2y);
      FloatVector s3 = broadcast(SPECIES, ALL.get(FLOAT, a3 + 24L * k));
      c3x = s3.fma(bx, c3x);
      c3y = s3.fma(by, c3y);
      FloatVector s4 = broadcast(SPECIES, ALL.get(FLOAT, a4 + 24L * k));
      c4x = s4.fma(bx, c4x);
      c4y = s4.fma(by, c4y);
      FloatVector s5 = broadcast(SPECIES, ALL.get(FLOAT, a5 + 24L * k));
      c5x = s5.fma(bx, c5x);
      c5y = s5.fma(by, c5y);
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
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 20L * k));
      c0x = s0.fma(bx, c0x);
      c0y = s0.fma(by, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 20L * k));
      c1x = s1.fma(bx, c1x);
      c1y = s1.fma(by, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, a2 + 20L * k));
      c2x = s2.fma(bx, c2x);
      c2y = s2.fma(by, c2y);
      FloatVector s3 = broadcast(SPECIES, ALL.get(FLOAT, a3 + 20L * k));
      c3x = s3.fma(bx, c3x);
      c3y = s3.fma(by, c3y);
      FloatVector s4 = broadcast(SPECIES, ALL.get(FLOAT, a4 + 20L * k));
      c4x = s4.fma(bx, c4x);
      c4y = s4.fma(by, c4y);
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
    for (int k = 0; k < depth; k++) {
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 2 * BYTES * k, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 2 * BYTES * k, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 16L * k));
      c0x = s0.fma(bx, c0x);
      c0y = s0.fma(by, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 16L * k));
      c1x = s1.fma(bx, c1x);
      c1y = s1.fma(by, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, a2 + 16L * k));
      c2x = s2.fma(bx, c2x);
      c2y = s2.fma(by, c2y);
      FloatVector s3 = broadcast(SPECIES, ALL.get(FLOAT, a3 + 16L * k));
      c3x = s3.fma(bx, c3x);
      c3y = s3.fma(by, c3y);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
    c1x.intoMemorySegment(ALL, c + cPitch, ORDER);
    c1y.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
    c2x.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
    c2y.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
    c3x.intoMemorySegment(ALL, c + 3 * cPitch, ORDER);
    c3y.intoMemorySegment(ALL, c + 3 * cPitch + BYTES, ORDER);
  }

  static void three(long a, long b, int depth, long c, long cPitch, boolean load) {
    if (!load) {
      FloatVector z = FloatVector.zero(SPECIES);
      z.intoMemorySegment(ALL, c, ORDER);
      z.intoMemorySegment(ALL, c + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + cPitch, ORDER);
      z.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
      z.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
      z.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
    }
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    FloatVector c1x = fromMemorySegment(SPECIES, ALL, c + cPitch, ORDER);
    FloatVector c1y = fromMemorySegment(SPECIES, ALL, c + cPitch + BYTES, ORDER);
    FloatVector c2x = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch, ORDER);
    FloatVector c2y = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch + BYTES, ORDER);
    long a1 = a + 4;
    long a2 = a + 8;
    long b1 = b + BYTES;
    for (int k = 0; k < depth; k++) {
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 2 * BYTES * k, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 2 * BYTES * k, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 12L * k));
      c0x = s0.fma(bx, c0x);
      c0y = s0.fma(by, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 12L * k));
      c1x = s1.fma(bx, c1x);
      c1y = s1.fma(by, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, a2 + 12L * k));
      c2x = s2.fma(bx, c2x);
      c2y = s2.fma(by, c2y);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
    c1x.intoMemorySegment(ALL, c + cPitch, ORDER);
    c1y.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
    c2x.intoMemorySegment(ALL, c + 2 * cPitch, ORDER);
    c2y.intoMemorySegment(ALL, c + 2 * cPitch + BYTES, ORDER);
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
