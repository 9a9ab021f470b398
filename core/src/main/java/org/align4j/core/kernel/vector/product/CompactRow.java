package org.align4j.core.kernel.vector.product;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MIN;
import static org.align4j.core.kernel.memory.Memory.ALL;
import static org.align4j.core.kernel.memory.Memory.FLOAT;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.INTS;
import static org.align4j.core.kernel.vector.lanes.Lanes.ORDER;
import static org.align4j.core.kernel.vector.lanes.Lanes.SPECIES;
import static org.align4j.core.kernel.vector.product.Widening.BIAS;
import static org.align4j.core.kernel.vector.product.Widening.LEAST;
import static org.align4j.core.kernel.vector.product.Widening.MAGNITUDE;
import static org.align4j.core.kernel.vector.product.Widening.SIGN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.align4j.core.kernel.CompactForm;
import org.align4j.core.kernel.CompactMatrix;

/**
 * Micro-kernels for one row times four panels of a {@link CompactMatrix}, whose numbers become
 * float32 in registers. A block of one pair of panels follows that of the other: while one is
 * multiplied, the processor fetches more of the other from memory. The number of pairs is a
 * constant: where it was a variable, half the bandwidth was lost (docs/engineering-notes.md, "L2
 * cache and memory bandwidth"). Addresses and offsets are cut to their bits as in {@link FiveRows}.
 *
 * <p>A weight is first made of the numbers of a word in place: two of them are cut out by masks,
 * and the second one, larger by a power of two, has a scale that is smaller by it; then the word is
 * shifted by both. A signed number stands above its middle, which is subtracted first: a zero keeps
 * the sign that it has in the file. Every step but the last one of a weight is exact, and that one
 * is rounded as the decoding of {@link org.align4j.core.kernel.stored.Part} is. Half precision
 * takes so many steps that it has one panel at a time: larger methods, with some 60 steps, were
 * left with boxes in some JVMs.
 */
final class CompactRow {

  /** Bits of an address. */
  static final long ADDRESS = (1L << 47) - 1;

  /** Bits of an offset in a row. */
  static final int OFFSET = (1 << 28) - 1;

  private CompactRow() {}

  /**
   * {@code c += a · b} over blocks of so many words each. The sums of the second pair follow those
   * of the first at twice {@code sumsPitch}.
   *
   * @param panelPitch from the first panel of a pair to the second, bytes
   * @param pairPitch from the first pair to the second
   * @param sumsPitch from the sums of a panel to those of the next
   */
  static void fours(
      CompactForm form,
      long a,
      long b,
      long panelPitch,
      long pairPitch,
      long blockPitch,
      int blocks,
      int words,
      long c,
      long sumsPitch) {
    switch (form) {
      case SIGNED4 -> signed4(a, b, panelPitch, pairPitch, blockPitch, blocks, words, c, sumsPitch);
      case OFFSET4 -> offset4(a, b, panelPitch, pairPitch, blockPitch, blocks, words, c, sumsPitch);
      case SIGNED8 -> signed8(a, b, panelPitch, pairPitch, blockPitch, blocks, words, c, sumsPitch);
      case OFFSET8 -> offset8(a, b, panelPitch, pairPitch, blockPitch, blocks, words, c, sumsPitch);
      case BFLOAT16 ->
          bfloat16(a, b, panelPitch, pairPitch, blockPitch, blocks, words, c, sumsPitch);
      case FLOAT16 -> float16(a, b, panelPitch, pairPitch, blockPitch, blocks, words, c, sumsPitch);
    }
  }

  private static void signed4(
      long a,
      long b,
      long panelPitch,
      long pairPitch,
      long blockPitch,
      int blocks,
      int words,
      long c,
      long sumsPitch) {
    long left = a & ADDRESS;
    int first = 0;
    for (int block = 0; block < blocks; block++) {
      int k = first;
      for (int pair = 0; pair < 2; pair++) {
        k = first;
        long sums = c + 2 * sumsPitch * pair;
        long at = b + block * blockPitch + pairPitch * pair;
        FloatVector cx = fromMemorySegment(SPECIES, ALL, sums, ORDER);
        FloatVector cy = fromMemorySegment(SPECIES, ALL, sums + BYTES, ORDER);
        FloatVector cz = fromMemorySegment(SPECIES, ALL, sums + sumsPitch, ORDER);
        FloatVector cw = fromMemorySegment(SPECIES, ALL, sums + sumsPitch + BYTES, ORDER);
        FloatVector sx = fromMemorySegment(SPECIES, ALL, at, ORDER);
        FloatVector tx = sx.mul(0x1p-4f);
        FloatVector sy = fromMemorySegment(SPECIES, ALL, at + BYTES, ORDER);
        FloatVector ty = sy.mul(0x1p-4f);
        FloatVector sz = fromMemorySegment(SPECIES, ALL, at + panelPitch, ORDER);
        FloatVector tz = sz.mul(0x1p-4f);
        FloatVector sw = fromMemorySegment(SPECIES, ALL, at + panelPitch + BYTES, ORDER);
        FloatVector tw = sw.mul(0x1p-4f);
        at += 2 * BYTES;
        FloatVector ox = sx.mul(-8);
        FloatVector oy = sy.mul(-8);
        FloatVector oz = sz.mul(-8);
        FloatVector ow = sw.mul(-8);
        for (int word = 0; word < words; word++) {
          for (int two = 0; two < 4; two++) {
            IntVector vx =
                IntVector.fromMemorySegment(INTS, ALL, at, ORDER).lanewise(LSHR, 8 * two);
            IntVector vy =
                IntVector.fromMemorySegment(INTS, ALL, at + BYTES, ORDER).lanewise(LSHR, 8 * two);
            IntVector vz =
                IntVector.fromMemorySegment(INTS, ALL, at + panelPitch, ORDER)
                    .lanewise(LSHR, 8 * two);
            IntVector vw =
                IntVector.fromMemorySegment(INTS, ALL, at + panelPitch + BYTES, ORDER)
                    .lanewise(LSHR, 8 * two);
            FloatVector x0 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET)));
            cx = ((FloatVector) vx.lanewise(AND, 15).convert(I2F, 0)).fma(sx, ox).fma(x0, cx);
            cy = ((FloatVector) vy.lanewise(AND, 15).convert(I2F, 0)).fma(sy, oy).fma(x0, cy);
            cz = ((FloatVector) vz.lanewise(AND, 15).convert(I2F, 0)).fma(sz, oz).fma(x0, cz);
            cw = ((FloatVector) vw.lanewise(AND, 15).convert(I2F, 0)).fma(sw, ow).fma(x0, cw);
            FloatVector x1 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET) + 4));
            cx = ((FloatVector) vx.lanewise(AND, 240).convert(I2F, 0)).fma(tx, ox).fma(x1, cx);
            cy = ((FloatVector) vy.lanewise(AND, 240).convert(I2F, 0)).fma(ty, oy).fma(x1, cy);
            cz = ((FloatVector) vz.lanewise(AND, 240).convert(I2F, 0)).fma(tz, oz).fma(x1, cz);
            cw = ((FloatVector) vw.lanewise(AND, 240).convert(I2F, 0)).fma(tw, ow).fma(x1, cw);
            k += 8;
          }
          at += 2 * BYTES;
        }
        cx.intoMemorySegment(ALL, sums, ORDER);
        cy.intoMemorySegment(ALL, sums + BYTES, ORDER);
        cz.intoMemorySegment(ALL, sums + sumsPitch, ORDER);
        cw.intoMemorySegment(ALL, sums + sumsPitch + BYTES, ORDER);
      }
      first = k;
    }
  }

  private static void offset4(
      long a,
      long b,
      long panelPitch,
      long pairPitch,
      long blockPitch,
      int blocks,
      int words,
      long c,
      long sumsPitch) {
    long left = a & ADDRESS;
    int first = 0;
    for (int block = 0; block < blocks; block++) {
      int k = first;
      for (int pair = 0; pair < 2; pair++) {
        k = first;
        long sums = c + 2 * sumsPitch * pair;
        long at = b + block * blockPitch + pairPitch * pair;
        FloatVector cx = fromMemorySegment(SPECIES, ALL, sums, ORDER);
        FloatVector cy = fromMemorySegment(SPECIES, ALL, sums + BYTES, ORDER);
        FloatVector cz = fromMemorySegment(SPECIES, ALL, sums + sumsPitch, ORDER);
        FloatVector cw = fromMemorySegment(SPECIES, ALL, sums + sumsPitch + BYTES, ORDER);
        FloatVector sx = fromMemorySegment(SPECIES, ALL, at, ORDER);
        FloatVector tx = sx.mul(0x1p-4f);
        FloatVector sy = fromMemorySegment(SPECIES, ALL, at + BYTES, ORDER);
        FloatVector ty = sy.mul(0x1p-4f);
        FloatVector sz = fromMemorySegment(SPECIES, ALL, at + panelPitch, ORDER);
        FloatVector tz = sz.mul(0x1p-4f);
        FloatVector sw = fromMemorySegment(SPECIES, ALL, at + panelPitch + BYTES, ORDER);
        FloatVector tw = sw.mul(0x1p-4f);
        at += 2 * BYTES;
        FloatVector ox = fromMemorySegment(SPECIES, ALL, at, ORDER);
        FloatVector oy = fromMemorySegment(SPECIES, ALL, at + BYTES, ORDER);
        FloatVector oz = fromMemorySegment(SPECIES, ALL, at + panelPitch, ORDER);
        FloatVector ow = fromMemorySegment(SPECIES, ALL, at + panelPitch + BYTES, ORDER);
        at += 2 * BYTES;
        for (int word = 0; word < words; word++) {
          for (int two = 0; two < 4; two++) {
            IntVector vx =
                IntVector.fromMemorySegment(INTS, ALL, at, ORDER).lanewise(LSHR, 8 * two);
            IntVector vy =
                IntVector.fromMemorySegment(INTS, ALL, at + BYTES, ORDER).lanewise(LSHR, 8 * two);
            IntVector vz =
                IntVector.fromMemorySegment(INTS, ALL, at + panelPitch, ORDER)
                    .lanewise(LSHR, 8 * two);
            IntVector vw =
                IntVector.fromMemorySegment(INTS, ALL, at + panelPitch + BYTES, ORDER)
                    .lanewise(LSHR, 8 * two);
            FloatVector x0 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET)));
            cx = ((FloatVector) vx.lanewise(AND, 15).convert(I2F, 0)).fma(sx, ox).fma(x0, cx);
            cy = ((FloatVector) vy.lanewise(AND, 15).convert(I2F, 0)).fma(sy, oy).fma(x0, cy);
            cz = ((FloatVector) vz.lanewise(AND, 15).convert(I2F, 0)).fma(sz, oz).fma(x0, cz);
            cw = ((FloatVector) vw.lanewise(AND, 15).convert(I2F, 0)).fma(sw, ow).fma(x0, cw);
            FloatVector x1 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET) + 4));
            cx = ((FloatVector) vx.lanewise(AND, 240).convert(I2F, 0)).fma(tx, ox).fma(x1, cx);
            cy = ((FloatVector) vy.lanewise(AND, 240).convert(I2F, 0)).fma(ty, oy).fma(x1, cy);
            cz = ((FloatVector) vz.lanewise(AND, 240).convert(I2F, 0)).fma(tz, oz).fma(x1, cz);
            cw = ((FloatVector) vw.lanewise(AND, 240).convert(I2F, 0)).fma(tw, ow).fma(x1, cw);
            k += 8;
          }
          at += 2 * BYTES;
        }
        cx.intoMemorySegment(ALL, sums, ORDER);
        cy.intoMemorySegment(ALL, sums + BYTES, ORDER);
        cz.intoMemorySegment(ALL, sums + sumsPitch, ORDER);
        cw.intoMemorySegment(ALL, sums + sumsPitch + BYTES, ORDER);
      }
      first = k;
    }
  }

  private static void signed8(
      long a,
      long b,
      long panelPitch,
      long pairPitch,
      long blockPitch,
      int blocks,
      int words,
      long c,
      long sumsPitch) {
    long left = a & ADDRESS;
    int first = 0;
    for (int block = 0; block < blocks; block++) {
      int k = first;
      for (int pair = 0; pair < 2; pair++) {
        k = first;
        long sums = c + 2 * sumsPitch * pair;
        long at = b + block * blockPitch + pairPitch * pair;
        FloatVector cx = fromMemorySegment(SPECIES, ALL, sums, ORDER);
        FloatVector cy = fromMemorySegment(SPECIES, ALL, sums + BYTES, ORDER);
        FloatVector cz = fromMemorySegment(SPECIES, ALL, sums + sumsPitch, ORDER);
        FloatVector cw = fromMemorySegment(SPECIES, ALL, sums + sumsPitch + BYTES, ORDER);
        FloatVector sx = fromMemorySegment(SPECIES, ALL, at, ORDER);
        FloatVector tx = sx.mul(0x1p-8f);
        FloatVector sy = fromMemorySegment(SPECIES, ALL, at + BYTES, ORDER);
        FloatVector ty = sy.mul(0x1p-8f);
        FloatVector sz = fromMemorySegment(SPECIES, ALL, at + panelPitch, ORDER);
        FloatVector tz = sz.mul(0x1p-8f);
        FloatVector sw = fromMemorySegment(SPECIES, ALL, at + panelPitch + BYTES, ORDER);
        FloatVector tw = sw.mul(0x1p-8f);
        at += 2 * BYTES;
        FloatVector ox = sx.mul(-128);
        FloatVector oy = sy.mul(-128);
        FloatVector oz = sz.mul(-128);
        FloatVector ow = sw.mul(-128);
        for (int word = 0; word < words; word++) {
          for (int two = 0; two < 2; two++) {
            IntVector vx =
                IntVector.fromMemorySegment(INTS, ALL, at, ORDER).lanewise(LSHR, 16 * two);
            IntVector vy =
                IntVector.fromMemorySegment(INTS, ALL, at + BYTES, ORDER).lanewise(LSHR, 16 * two);
            IntVector vz =
                IntVector.fromMemorySegment(INTS, ALL, at + panelPitch, ORDER)
                    .lanewise(LSHR, 16 * two);
            IntVector vw =
                IntVector.fromMemorySegment(INTS, ALL, at + panelPitch + BYTES, ORDER)
                    .lanewise(LSHR, 16 * two);
            FloatVector x0 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET)));
            cx = ((FloatVector) vx.lanewise(AND, 255).convert(I2F, 0)).fma(sx, ox).fma(x0, cx);
            cy = ((FloatVector) vy.lanewise(AND, 255).convert(I2F, 0)).fma(sy, oy).fma(x0, cy);
            cz = ((FloatVector) vz.lanewise(AND, 255).convert(I2F, 0)).fma(sz, oz).fma(x0, cz);
            cw = ((FloatVector) vw.lanewise(AND, 255).convert(I2F, 0)).fma(sw, ow).fma(x0, cw);
            FloatVector x1 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET) + 4));
            cx = ((FloatVector) vx.lanewise(AND, 0xff00).convert(I2F, 0)).fma(tx, ox).fma(x1, cx);
            cy = ((FloatVector) vy.lanewise(AND, 0xff00).convert(I2F, 0)).fma(ty, oy).fma(x1, cy);
            cz = ((FloatVector) vz.lanewise(AND, 0xff00).convert(I2F, 0)).fma(tz, oz).fma(x1, cz);
            cw = ((FloatVector) vw.lanewise(AND, 0xff00).convert(I2F, 0)).fma(tw, ow).fma(x1, cw);
            k += 8;
          }
          at += 2 * BYTES;
        }
        cx.intoMemorySegment(ALL, sums, ORDER);
        cy.intoMemorySegment(ALL, sums + BYTES, ORDER);
        cz.intoMemorySegment(ALL, sums + sumsPitch, ORDER);
        cw.intoMemorySegment(ALL, sums + sumsPitch + BYTES, ORDER);
      }
      first = k;
    }
  }

  private static void offset8(
      long a,
      long b,
      long panelPitch,
      long pairPitch,
      long blockPitch,
      int blocks,
      int words,
      long c,
      long sumsPitch) {
    long left = a & ADDRESS;
    int first = 0;
    for (int block = 0; block < blocks; block++) {
      int k = first;
      for (int pair = 0; pair < 2; pair++) {
        k = first;
        long sums = c + 2 * sumsPitch * pair;
        long at = b + block * blockPitch + pairPitch * pair;
        FloatVector cx = fromMemorySegment(SPECIES, ALL, sums, ORDER);
        FloatVector cy = fromMemorySegment(SPECIES, ALL, sums + BYTES, ORDER);
        FloatVector cz = fromMemorySegment(SPECIES, ALL, sums + sumsPitch, ORDER);
        FloatVector cw = fromMemorySegment(SPECIES, ALL, sums + sumsPitch + BYTES, ORDER);
        FloatVector sx = fromMemorySegment(SPECIES, ALL, at, ORDER);
        FloatVector tx = sx.mul(0x1p-8f);
        FloatVector sy = fromMemorySegment(SPECIES, ALL, at + BYTES, ORDER);
        FloatVector ty = sy.mul(0x1p-8f);
        FloatVector sz = fromMemorySegment(SPECIES, ALL, at + panelPitch, ORDER);
        FloatVector tz = sz.mul(0x1p-8f);
        FloatVector sw = fromMemorySegment(SPECIES, ALL, at + panelPitch + BYTES, ORDER);
        FloatVector tw = sw.mul(0x1p-8f);
        at += 2 * BYTES;
        FloatVector ox = fromMemorySegment(SPECIES, ALL, at, ORDER);
        FloatVector oy = fromMemorySegment(SPECIES, ALL, at + BYTES, ORDER);
        FloatVector oz = fromMemorySegment(SPECIES, ALL, at + panelPitch, ORDER);
        FloatVector ow = fromMemorySegment(SPECIES, ALL, at + panelPitch + BYTES, ORDER);
        at += 2 * BYTES;
        for (int word = 0; word < words; word++) {
          for (int two = 0; two < 2; two++) {
            IntVector vx =
                IntVector.fromMemorySegment(INTS, ALL, at, ORDER).lanewise(LSHR, 16 * two);
            IntVector vy =
                IntVector.fromMemorySegment(INTS, ALL, at + BYTES, ORDER).lanewise(LSHR, 16 * two);
            IntVector vz =
                IntVector.fromMemorySegment(INTS, ALL, at + panelPitch, ORDER)
                    .lanewise(LSHR, 16 * two);
            IntVector vw =
                IntVector.fromMemorySegment(INTS, ALL, at + panelPitch + BYTES, ORDER)
                    .lanewise(LSHR, 16 * two);
            FloatVector x0 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET)));
            cx = ((FloatVector) vx.lanewise(AND, 255).convert(I2F, 0)).fma(sx, ox).fma(x0, cx);
            cy = ((FloatVector) vy.lanewise(AND, 255).convert(I2F, 0)).fma(sy, oy).fma(x0, cy);
            cz = ((FloatVector) vz.lanewise(AND, 255).convert(I2F, 0)).fma(sz, oz).fma(x0, cz);
            cw = ((FloatVector) vw.lanewise(AND, 255).convert(I2F, 0)).fma(sw, ow).fma(x0, cw);
            FloatVector x1 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET) + 4));
            cx = ((FloatVector) vx.lanewise(AND, 0xff00).convert(I2F, 0)).fma(tx, ox).fma(x1, cx);
            cy = ((FloatVector) vy.lanewise(AND, 0xff00).convert(I2F, 0)).fma(ty, oy).fma(x1, cy);
            cz = ((FloatVector) vz.lanewise(AND, 0xff00).convert(I2F, 0)).fma(tz, oz).fma(x1, cz);
            cw = ((FloatVector) vw.lanewise(AND, 0xff00).convert(I2F, 0)).fma(tw, ow).fma(x1, cw);
            k += 8;
          }
          at += 2 * BYTES;
        }
        cx.intoMemorySegment(ALL, sums, ORDER);
        cy.intoMemorySegment(ALL, sums + BYTES, ORDER);
        cz.intoMemorySegment(ALL, sums + sumsPitch, ORDER);
        cw.intoMemorySegment(ALL, sums + sumsPitch + BYTES, ORDER);
      }
      first = k;
    }
  }

  private static void bfloat16(
      long a,
      long b,
      long panelPitch,
      long pairPitch,
      long blockPitch,
      int blocks,
      int words,
      long c,
      long sumsPitch) {
    long left = a & ADDRESS;
    int first = 0;
    for (int block = 0; block < blocks; block++) {
      int k = first;
      for (int pair = 0; pair < 2; pair++) {
        k = first;
        long sums = c + 2 * sumsPitch * pair;
        long at = b + block * blockPitch + pairPitch * pair;
        FloatVector cx = fromMemorySegment(SPECIES, ALL, sums, ORDER);
        FloatVector cy = fromMemorySegment(SPECIES, ALL, sums + BYTES, ORDER);
        FloatVector cz = fromMemorySegment(SPECIES, ALL, sums + sumsPitch, ORDER);
        FloatVector cw = fromMemorySegment(SPECIES, ALL, sums + sumsPitch + BYTES, ORDER);
        for (int word = 0; word < words; word++) {
          IntVector vx = IntVector.fromMemorySegment(INTS, ALL, at, ORDER);
          IntVector vy = IntVector.fromMemorySegment(INTS, ALL, at + BYTES, ORDER);
          IntVector vz = IntVector.fromMemorySegment(INTS, ALL, at + panelPitch, ORDER);
          IntVector vw = IntVector.fromMemorySegment(INTS, ALL, at + panelPitch + BYTES, ORDER);
          FloatVector x0 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET)));
          cx = vx.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, cx);
          cy = vy.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, cy);
          cz = vz.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, cz);
          cw = vw.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, cw);
          FloatVector x1 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET) + 4));
          cx = vx.lanewise(AND, 0xffff0000).reinterpretAsFloats().fma(x1, cx);
          cy = vy.lanewise(AND, 0xffff0000).reinterpretAsFloats().fma(x1, cy);
          cz = vz.lanewise(AND, 0xffff0000).reinterpretAsFloats().fma(x1, cz);
          cw = vw.lanewise(AND, 0xffff0000).reinterpretAsFloats().fma(x1, cw);
          k += 8;
          at += 2 * BYTES;
        }
        cx.intoMemorySegment(ALL, sums, ORDER);
        cy.intoMemorySegment(ALL, sums + BYTES, ORDER);
        cz.intoMemorySegment(ALL, sums + sumsPitch, ORDER);
        cw.intoMemorySegment(ALL, sums + sumsPitch + BYTES, ORDER);
      }
      first = k;
    }
  }

  private static void float16(
      long a,
      long b,
      long panelPitch,
      long pairPitch,
      long blockPitch,
      int blocks,
      int words,
      long c,
      long sumsPitch) {
    long left = a & ADDRESS;
    int first = 0;
    for (int block = 0; block < blocks; block++) {
      int k = first;
      for (int panel = 0; panel < 4; panel++) {
        k = first;
        long sums = c + sumsPitch * panel;
        long at = b + block * blockPitch + panelPitch * (panel & 1) + pairPitch * (panel >> 1);
        FloatVector cx = fromMemorySegment(SPECIES, ALL, sums, ORDER);
        FloatVector cy = fromMemorySegment(SPECIES, ALL, sums + BYTES, ORDER);
        for (int word = 0; word < words; word++) {
          IntVector vx = IntVector.fromMemorySegment(INTS, ALL, at, ORDER);
          IntVector vy = IntVector.fromMemorySegment(INTS, ALL, at + BYTES, ORDER);
          FloatVector x0 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET)));
          IntVector nx0 = vx.lanewise(LSHL, 13).lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);
          cx =
              nx0.lanewise(MIN, nx0.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())
                  .lanewise(ADD, vx.lanewise(LSHL, 16).lanewise(AND, SIGN))
                  .reinterpretAsFloats()
                  .fma(x0, cx);
          IntVector ny0 = vy.lanewise(LSHL, 13).lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);
          cy =
              ny0.lanewise(MIN, ny0.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())
                  .lanewise(ADD, vy.lanewise(LSHL, 16).lanewise(AND, SIGN))
                  .reinterpretAsFloats()
                  .fma(x0, cy);
          FloatVector x1 = broadcast(SPECIES, ALL.get(FLOAT, left + (k & OFFSET) + 4));
          IntVector nx1 = vx.lanewise(LSHR, 3).lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);
          cx =
              nx1.lanewise(MIN, nx1.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())
                  .lanewise(ADD, vx.lanewise(AND, SIGN))
                  .reinterpretAsFloats()
                  .fma(x1, cx);
          IntVector ny1 = vy.lanewise(LSHR, 3).lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);
          cy =
              ny1.lanewise(MIN, ny1.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())
                  .lanewise(ADD, vy.lanewise(AND, SIGN))
                  .reinterpretAsFloats()
                  .fma(x1, cy);
          k += 8;
          at += 2 * BYTES;
        }
        cx.intoMemorySegment(ALL, sums, ORDER);
        cy.intoMemorySegment(ALL, sums + BYTES, ORDER);
      }
      first = k;
    }
  }
}
