package org.align4j.core.kernel.vector.product;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.align4j.core.kernel.memory.Memory.ALL;
import static org.align4j.core.kernel.memory.Memory.FLOAT;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.ORDER;
import static org.align4j.core.kernel.vector.lanes.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Micro-kernels for one or two rows: several neighbouring panels at once, so that eight chains hide
 * the latency of the multiply-adds while the weights stream from memory. One panel at a time leaves
 * half of the bandwidth unused.
 */
final class FewRows {

  private FewRows() {}

  static void oneByFour(long a, long b, long panelPitch, int depth, long c, long cPitch) {
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    FloatVector c0z = fromMemorySegment(SPECIES, ALL, c + 2 * BYTES, ORDER);
    FloatVector c0w = fromMemorySegment(SPECIES, ALL, c + 3 * BYTES, ORDER);
    FloatVector c0p = fromMemorySegment(SPECIES, ALL, c + 4 * BYTES, ORDER);
    FloatVector c0q = fromMemorySegment(SPECIES, ALL, c + 5 * BYTES, ORDER);
    FloatVector c0r = fromMemorySegment(SPECIES, ALL, c + 6 * BYTES, ORDER);
    FloatVector c0s = fromMemorySegment(SPECIES, ALL, c + 7 * BYTES, ORDER);
    long b1 = b + BYTES;
    long b2 = b + panelPitch;
    long b3 = b + panelPitch + BYTES;
    long b4 = b + 2 * panelPitch;
    long b5 = b + 2 * panelPitch + BYTES;
    long b6 = b + 3 * panelPitch;
    long b7 = b + 3 * panelPitch + BYTES;
    for (int k = 0; k < depth; k++) {
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 4L * k));
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 2 * BYTES * k, ORDER);
      c0x = s0.fma(bx, c0x);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 2 * BYTES * k, ORDER);
      c0y = s0.fma(by, c0y);
      FloatVector bz = fromMemorySegment(SPECIES, ALL, b2 + 2 * BYTES * k, ORDER);
      c0z = s0.fma(bz, c0z);
      FloatVector bw = fromMemorySegment(SPECIES, ALL, b3 + 2 * BYTES * k, ORDER);
      c0w = s0.fma(bw, c0w);
      FloatVector bp = fromMemorySegment(SPECIES, ALL, b4 + 2 * BYTES * k, ORDER);
      c0p = s0.fma(bp, c0p);
      FloatVector bq = fromMemorySegment(SPECIES, ALL, b5 + 2 * BYTES * k, ORDER);
      c0q = s0.fma(bq, c0q);
      FloatVector br = fromMemorySegment(SPECIES, ALL, b6 + 2 * BYTES * k, ORDER);
      c0r = s0.fma(br, c0r);
      FloatVector bs = fromMemorySegment(SPECIES, ALL, b7 + 2 * BYTES * k, ORDER);
      c0s = s0.fma(bs, c0s);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
    c0z.intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    c0w.intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    c0p.intoMemorySegment(ALL, c + 4 * BYTES, ORDER);
    c0q.intoMemorySegment(ALL, c + 5 * BYTES, ORDER);
    c0r.intoMemorySegment(ALL, c + 6 * BYTES, ORDER);
    c0s.intoMemorySegment(ALL, c + 7 * BYTES, ORDER);
  }

  static void twoByTwo(long a, long b, long panelPitch, int depth, long c, long cPitch) {
    FloatVector c0x = fromMemorySegment(SPECIES, ALL, c, ORDER);
    FloatVector c0y = fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
    FloatVector c0z = fromMemorySegment(SPECIES, ALL, c + 2 * BYTES, ORDER);
    FloatVector c0w = fromMemorySegment(SPECIES, ALL, c + 3 * BYTES, ORDER);
    FloatVector c1x = fromMemorySegment(SPECIES, ALL, c + cPitch, ORDER);
    FloatVector c1y = fromMemorySegment(SPECIES, ALL, c + cPitch + BYTES, ORDER);
    FloatVector c1z = fromMemorySegment(SPECIES, ALL, c + cPitch + 2 * BYTES, ORDER);
    FloatVector c1w = fromMemorySegment(SPECIES, ALL, c + cPitch + 3 * BYTES, ORDER);
    long a1 = a + 4;
    long b1 = b + BYTES;
    long b2 = b + panelPitch;
    long b3 = b + panelPitch + BYTES;
    long a0n = a + 8;
    long a1n = a + 12;
    long b0n = b + 2 * BYTES;
    long b1n = b + 3 * BYTES;
    long b2n = b + panelPitch + 2 * BYTES;
    long b3n = b + panelPitch + 3 * BYTES;
    for (int k = 0; k < depth / 2; k++) {
      FloatVector bx = fromMemorySegment(SPECIES, ALL, b + 4 * BYTES * k, ORDER);
      FloatVector by = fromMemorySegment(SPECIES, ALL, b1 + 4 * BYTES * k, ORDER);
      FloatVector bz = fromMemorySegment(SPECIES, ALL, b2 + 4 * BYTES * k, ORDER);
      FloatVector bw = fromMemorySegment(SPECIES, ALL, b3 + 4 * BYTES * k, ORDER);
      FloatVector s0 = broadcast(SPECIES, ALL.get(FLOAT, a + 16L * k));
      c0x = s0.fma(bx, c0x);
      c0y = s0.fma(by, c0y);
      c0z = s0.fma(bz, c0z);
      c0w = s0.fma(bw, c0w);
      FloatVector s1 = broadcast(SPECIES, ALL.get(FLOAT, a1 + 16L * k));
      c1x = s1.fma(bx, c1x);
      c1y = s1.fma(by, c1y);
      c1z = s1.fma(bz, c1z);
      c1w = s1.fma(bw, c1w);
      FloatVector bxn = fromMemorySegment(SPECIES, ALL, b0n + 4 * BYTES * k, ORDER);
      FloatVector byn = fromMemorySegment(SPECIES, ALL, b1n + 4 * BYTES * k, ORDER);
      FloatVector bzn = fromMemorySegment(SPECIES, ALL, b2n + 4 * BYTES * k, ORDER);
      FloatVector bwn = fromMemorySegment(SPECIES, ALL, b3n + 4 * BYTES * k, ORDER);
      FloatVector s0n = broadcast(SPECIES, ALL.get(FLOAT, a0n + 16L * k));
      c0x = s0n.fma(bxn, c0x);
      c0y = s0n.fma(byn, c0y);
      c0z = s0n.fma(bzn, c0z);
      c0w = s0n.fma(bwn, c0w);
      FloatVector s1n = broadcast(SPECIES, ALL.get(FLOAT, a1n + 16L * k));
      c1x = s1n.fma(bxn, c1x);
      c1y = s1n.fma(byn, c1y);
      c1z = s1n.fma(bzn, c1z);
      c1w = s1n.fma(bwn, c1w);
    }
    c0x.intoMemorySegment(ALL, c, ORDER);
    c0y.intoMemorySegment(ALL, c + BYTES, ORDER);
    c0z.intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    c0w.intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    c1x.intoMemorySegment(ALL, c + cPitch, ORDER);
    c1y.intoMemorySegment(ALL, c + cPitch + BYTES, ORDER);
    c1z.intoMemorySegment(ALL, c + cPitch + 2 * BYTES, ORDER);
    c1w.intoMemorySegment(ALL, c + cPitch + 3 * BYTES, ORDER);
    if (depth % 2 != 0) {
      long last = depth - 1L;
      FiveRows.two(a + 8 * last, b + 2 * BYTES * last, 1, c, cPitch);
      FiveRows.two(a + 8 * last, b2 + 2 * BYTES * last, 1, c + 2 * BYTES, cPitch);
    }
  }
}
