package org.align4j.core.kernel.vector.product;

import static java.lang.invoke.VarHandle.loadLoadFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.align4j.core.kernel.memory.Memory.ALL;
import static org.align4j.core.kernel.memory.Memory.FLOAT;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.ORDER;
import static org.align4j.core.kernel.vector.lanes.Lanes.SPECIES;

import com.google.common.collect.ImmutableSet;
import jdk.incubator.vector.FloatVector;

/**
 * Micro-kernels for sixteen vector registers: up to 5 rows times 2 vectors of sums in locals,
 * {@code c[i] += Σ_k a[k,i] · b[k]}, each sum one chain of fused multiply-adds in the order of k,
 * begun at c. The left side is packed, {@code [k][pitch]}, with a power of two for a pitch; b is a
 * panel of 2 vectors a row.
 *
 * <p>The shape of five and four rows is what the compilers make best of. An address and an offset
 * are cut to the bits they have, so that they are known to be in bounds without a check. A fence
 * between two steps keeps the loads of the next step behind it, for which there are no registers
 * yet; it is no instruction on x86, and is left out elsewhere. The loads of a step come first, and
 * five factors, a vector of b and ten sums are sixteen registers: six rows would spill. More than
 * two steps are too much for the client compiler, which then never profiles the method for the
 * other one.
 */
final class FiveRows {

  /** Bits of an address. */
  private static final long ADDRESS = (1L << 47) - 1;

  /** Bits of an offset in packed rows. */
  private static final int OFFSET = (1 << 28) - 1;

  /** Bytes of the panel for a byte of five packed rows. */
  private static final long FIVE = 2 * BYTES / 32;

  /** Bytes of the panel for a byte of four packed rows. */
  private static final long FOUR = 2 * BYTES / 16;

  private static final boolean FENCE =
      ImmutableSet.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

  private FiveRows() {}

  static void five(long a, long b, int depth, long c, long cPitch) {
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
    long first = a & ADDRESS;
    long panel = b & ADDRESS;
    int end = depth / 2 * 64;
    for (int o = 0; o < end; o += 64) {
      long s = first + (o & OFFSET);
      long w = panel + FIVE * (o & OFFSET);
      FloatVector bx = fromMemorySegment(SPECIES, ALL, w, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, w + BYTES, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, s));
      c0x = bx.fma(s0, c0x);
      c0y = by.fma(s0, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, s + 4));
      c1x = bx.fma(s1, c1x);
      c1y = by.fma(s1, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, s + 8));
      c2x = bx.fma(s2, c2x);
      c2y = by.fma(s2, c2y);
      FloatVector s3 = broadcast(SPECIES, ALL.get(FLOAT, s + 12));
      c3x = bx.fma(s3, c3x);
      c3y = by.fma(s3, c3y);
      FloatVector s4 = broadcast(SPECIES, ALL.get(FLOAT, s + 16));
      c4x = bx.fma(s4, c4x);
      c4y = by.fma(s4, c4y);
      if (FENCE) {
        loadLoadFence();
      }
      FloatVector bxn = fromMemorySegment(SPECIES, ALL, w + 2 * BYTES, ORDER);
      FloatVector byn = fromMemorySegment(SPECIES, ALL, w + 3 * BYTES, ORDER);
      FloatVector s0n = broadcast(SPECIES, ALL.get(FLOAT, s + 32));
      c0x = bxn.fma(s0n, c0x);
      c0y = byn.fma(s0n, c0y);
      FloatVector s1n = broadcast(SPECIES, ALL.get(FLOAT, s + 36));
      c1x = bxn.fma(s1n, c1x);
      c1y = byn.fma(s1n, c1y);
      FloatVector s2n = broadcast(SPECIES, ALL.get(FLOAT, s + 40));
      c2x = bxn.fma(s2n, c2x);
      c2y = byn.fma(s2n, c2y);
      FloatVector s3n = broadcast(SPECIES, ALL.get(FLOAT, s + 44));
      c3x = bxn.fma(s3n, c3x);
      c3y = byn.fma(s3n, c3y);
      FloatVector s4n = broadcast(SPECIES, ALL.get(FLOAT, s + 48));
      c4x = bxn.fma(s4n, c4x);
      c4y = byn.fma(s4n, c4y);
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
    if (depth % 2 != 0) {
      last(a + end, b + FIVE * end, c, cPitch, 5);
    }
  }

  static void four(long a, long b, int depth, long c, long cPitch) {
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    FloatVector c1x = fromMemorySegment(SPECIES, ALL, c + cPitch, ORDER);
    FloatVector c1y = fromMemorySegment(SPECIES, ALL, c + cPitch + BYTES, ORDER);
    FloatVector c2x = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch, ORDER);
    FloatVector c2y = fromMemorySegment(SPECIES, ALL, c + 2 * cPitch + BYTES, ORDER);
    FloatVector c3x = fromMemorySegment(SPECIES, ALL, c + 3 * cPitch, ORDER);
    FloatVector c3y = fromMemorySegment(SPECIES, ALL, c + 3 * cPitch + BYTES, ORDER);
    long first = a & ADDRESS;
    long panel = b & ADDRESS;
    int end = depth / 2 * 32;
    for (int o = 0; o < end; o += 32) {
      long s = first + (o & OFFSET);
      long w = panel + FOUR * (o & OFFSET);
      FloatVector bx = fromMemorySegment(SPECIES, ALL, w, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, w + BYTES, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, s));
      c0x = bx.fma(s0, c0x);
      c0y = by.fma(s0, c0y);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, s + 4));
      c1x = bx.fma(s1, c1x);
      c1y = by.fma(s1, c1y);
      FloatVector s2 = broadcast(SPECIES, ALL.get(FLOAT, s + 8));
      c2x = bx.fma(s2, c2x);
      c2y = by.fma(s2, c2y);
      FloatVector s3 = broadcast(SPECIES, ALL.get(FLOAT, s + 12));
      c3x = bx.fma(s3, c3x);
      c3y = by.fma(s3, c3y);
      if (FENCE) {
        loadLoadFence();
      }
      FloatVector bxn = fromMemorySegment(SPECIES, ALL, w + 2 * BYTES, ORDER);
      FloatVector byn = fromMemorySegment(SPECIES, ALL, w + 3 * BYTES, ORDER);
      FloatVector s0n = broadcast(SPECIES, ALL.get(FLOAT, s + 16));
      c0x = bxn.fma(s0n, c0x);
      c0y = byn.fma(s0n, c0y);
      FloatVector s1n = broadcast(SPECIES, ALL.get(FLOAT, s + 20));
      c1x = bxn.fma(s1n, c1x);
      c1y = byn.fma(s1n, c1y);
      FloatVector s2n = broadcast(SPECIES, ALL.get(FLOAT, s + 24));
      c2x = bxn.fma(s2n, c2x);
      c2y = byn.fma(s2n, c2y);
      FloatVector s3n = broadcast(SPECIES, ALL.get(FLOAT, s + 28));
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
      last(a + end, b + FOUR * end, c, cPitch, 4);
    }
  }

  private static void last(long a, long b, long c, long cPitch, int rows) {
    for (int i = 0; i < rows; i++) {
      one(a + 4L * i, b, 1, c + i * cPitch, cPitch);
    }
  }

  static void two(long a, long b, int depth, long c, long cPitch) {
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

  static void one(long a, long b, int depth, long c, long cPitch) {
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
