package org.align4j.core.kernel.vector.product;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MIN;
import static org.align4j.core.kernel.memory.Memory.ALL;
import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.INTS;
import static org.align4j.core.kernel.vector.lanes.Lanes.ORDER;
import static org.align4j.core.kernel.vector.lanes.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.align4j.core.kernel.CompactForm;
import org.align4j.core.kernel.CompactMatrix;

/** Panels of a {@link CompactMatrix} widened to float32; {@link CompactRow} has the manner. */
final class Widening {

  /** Exponent and fraction of a half precision number, where float32 has them. */
  static final int MAGNITUDE = 0x0fffe000;

  /** What the exponent of float32 is larger by than that of half precision. */
  static final int BIAS = 112 << 23;

  /**
   * The least normal number of half precision. One below it was given a leading one with its
   * exponent: doubled and freed of that it is itself, and smaller than before, which others are
   * not.
   */
  static final float LEAST = 0x1p-14f;

  static final int SIGN = 1 << 31;

  private Widening() {}

  /**
   * Depth {@code [k, k + length)} of a panel to {@code [length][WIDTH]} floats. k and the length
   * are whole words, up to the end of an odd depth: behind that one another row is written.
   */
  static void panel(CompactMatrix weight, int panel, int k, int length, long target) {
    CompactForm form = weight.form();
    int perWord = form.perWord();
    if (form.header() == 0) {
      int words = (length + perWord - 1) / perWord;
      long numbers = weight.address(panel, k / perWord);
      if (form == CompactForm.FLOAT16) {
        float16(numbers, words, target);
      } else {
        bfloat16(numbers, words, target);
      }
      return;
    }
    int blockDepth = weight.blockDepth();
    for (int end = k + length; k < end; ) {
      int skip = k % blockDepth;
      int left = end - k;
      boolean whole = skip == 0 && left >= blockDepth;
      int blocks = whole ? left / blockDepth : 1;
      int each = whole ? blockDepth : Math.min(blockDepth - skip, left);
      long header = weight.address(panel, k / blockDepth);
      long numbers = header + 2 * BYTES * (form.header() + skip / perWord);
      long pitch = weight.blockPitch();
      blocks(form, header, numbers, pitch, blocks, each / perWord, target);
      k += blocks * each;
      target += 2 * BYTES * blocks * each;
    }
  }

  private static void blocks(
      CompactForm form, long header, long numbers, long pitch, int blocks, int words, long target) {
    switch (form) {
      case SIGNED4 -> signed4(header, numbers, pitch, blocks, words, target);
      case OFFSET4 -> offset4(header, numbers, pitch, blocks, words, target);
      case SIGNED8 -> signed8(header, numbers, pitch, blocks, words, target);
      case OFFSET8 -> offset8(header, numbers, pitch, blocks, words, target);
      default -> throw new IllegalArgumentException(form + " has no blocks");
    }
  }

  private static void signed4(
      long header, long numbers, long blockPitch, int blocks, int words, long target) {
    for (int block = 0; block < blocks; block++) {
      FloatVector sx = fromMemorySegment(SPECIES, ALL, header, ORDER);
      FloatVector tx = sx.mul(0x1p-4f);
      FloatVector sy = fromMemorySegment(SPECIES, ALL, header + BYTES, ORDER);
      FloatVector ty = sy.mul(0x1p-4f);
      for (int word = 0; word < words; word++) {
        for (int two = 0; two < 4; two++) {
          IntVector vx =
              IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word, ORDER)
                  .lanewise(LSHR, 8 * two);
          IntVector vy =
              IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word + BYTES, ORDER)
                  .lanewise(LSHR, 8 * two);
          ((FloatVector) vx.lanewise(AND, 15).convert(I2F, 0))
              .sub(8)
              .mul(sx)
              .intoMemorySegment(ALL, target, ORDER);
          ((FloatVector) vy.lanewise(AND, 15).convert(I2F, 0))
              .sub(8)
              .mul(sy)
              .intoMemorySegment(ALL, target + BYTES, ORDER);
          ((FloatVector) vx.lanewise(AND, 240).convert(I2F, 0))
              .sub(8 * 16)
              .mul(tx)
              .intoMemorySegment(ALL, target + 2 * BYTES, ORDER);
          ((FloatVector) vy.lanewise(AND, 240).convert(I2F, 0))
              .sub(8 * 16)
              .mul(ty)
              .intoMemorySegment(ALL, target + 3 * BYTES, ORDER);
          target += 4 * BYTES;
        }
      }
      header += blockPitch;
      numbers += blockPitch;
    }
  }

  private static void offset4(
      long header, long numbers, long blockPitch, int blocks, int words, long target) {
    for (int block = 0; block < blocks; block++) {
      FloatVector sx = fromMemorySegment(SPECIES, ALL, header, ORDER);
      FloatVector tx = sx.mul(0x1p-4f);
      FloatVector ox = fromMemorySegment(SPECIES, ALL, header + 2 * BYTES, ORDER);
      FloatVector sy = fromMemorySegment(SPECIES, ALL, header + BYTES, ORDER);
      FloatVector ty = sy.mul(0x1p-4f);
      FloatVector oy = fromMemorySegment(SPECIES, ALL, header + 3 * BYTES, ORDER);
      for (int word = 0; word < words; word++) {
        for (int two = 0; two < 4; two++) {
          IntVector vx =
              IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word, ORDER)
                  .lanewise(LSHR, 8 * two);
          IntVector vy =
              IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word + BYTES, ORDER)
                  .lanewise(LSHR, 8 * two);
          ((FloatVector) vx.lanewise(AND, 15).convert(I2F, 0))
              .fma(sx, ox)
              .intoMemorySegment(ALL, target, ORDER);
          ((FloatVector) vy.lanewise(AND, 15).convert(I2F, 0))
              .fma(sy, oy)
              .intoMemorySegment(ALL, target + BYTES, ORDER);
          ((FloatVector) vx.lanewise(AND, 240).convert(I2F, 0))
              .fma(tx, ox)
              .intoMemorySegment(ALL, target + 2 * BYTES, ORDER);
          ((FloatVector) vy.lanewise(AND, 240).convert(I2F, 0))
              .fma(ty, oy)
              .intoMemorySegment(ALL, target + 3 * BYTES, ORDER);
          target += 4 * BYTES;
        }
      }
      header += blockPitch;
      numbers += blockPitch;
    }
  }

  private static void signed8(
      long header, long numbers, long blockPitch, int blocks, int words, long target) {
    for (int block = 0; block < blocks; block++) {
      FloatVector sx = fromMemorySegment(SPECIES, ALL, header, ORDER);
      FloatVector tx = sx.mul(0x1p-8f);
      FloatVector sy = fromMemorySegment(SPECIES, ALL, header + BYTES, ORDER);
      FloatVector ty = sy.mul(0x1p-8f);
      for (int word = 0; word < words; word++) {
        for (int two = 0; two < 2; two++) {
          IntVector vx =
              IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word, ORDER)
                  .lanewise(LSHR, 16 * two);
          IntVector vy =
              IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word + BYTES, ORDER)
                  .lanewise(LSHR, 16 * two);
          ((FloatVector) vx.lanewise(AND, 255).convert(I2F, 0))
              .sub(128)
              .mul(sx)
              .intoMemorySegment(ALL, target, ORDER);
          ((FloatVector) vy.lanewise(AND, 255).convert(I2F, 0))
              .sub(128)
              .mul(sy)
              .intoMemorySegment(ALL, target + BYTES, ORDER);
          ((FloatVector) vx.lanewise(AND, 0xff00).convert(I2F, 0))
              .sub(128 * 256)
              .mul(tx)
              .intoMemorySegment(ALL, target + 2 * BYTES, ORDER);
          ((FloatVector) vy.lanewise(AND, 0xff00).convert(I2F, 0))
              .sub(128 * 256)
              .mul(ty)
              .intoMemorySegment(ALL, target + 3 * BYTES, ORDER);
          target += 4 * BYTES;
        }
      }
      header += blockPitch;
      numbers += blockPitch;
    }
  }

  private static void offset8(
      long header, long numbers, long blockPitch, int blocks, int words, long target) {
    for (int block = 0; block < blocks; block++) {
      FloatVector sx = fromMemorySegment(SPECIES, ALL, header, ORDER);
      FloatVector tx = sx.mul(0x1p-8f);
      FloatVector ox = fromMemorySegment(SPECIES, ALL, header + 2 * BYTES, ORDER);
      FloatVector sy = fromMemorySegment(SPECIES, ALL, header + BYTES, ORDER);
      FloatVector ty = sy.mul(0x1p-8f);
      FloatVector oy = fromMemorySegment(SPECIES, ALL, header + 3 * BYTES, ORDER);
      for (int word = 0; word < words; word++) {
        for (int two = 0; two < 2; two++) {
          IntVector vx =
              IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word, ORDER)
                  .lanewise(LSHR, 16 * two);
          IntVector vy =
              IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word + BYTES, ORDER)
                  .lanewise(LSHR, 16 * two);
          ((FloatVector) vx.lanewise(AND, 255).convert(I2F, 0))
              .fma(sx, ox)
              .intoMemorySegment(ALL, target, ORDER);
          ((FloatVector) vy.lanewise(AND, 255).convert(I2F, 0))
              .fma(sy, oy)
              .intoMemorySegment(ALL, target + BYTES, ORDER);
          ((FloatVector) vx.lanewise(AND, 0xff00).convert(I2F, 0))
              .fma(tx, ox)
              .intoMemorySegment(ALL, target + 2 * BYTES, ORDER);
          ((FloatVector) vy.lanewise(AND, 0xff00).convert(I2F, 0))
              .fma(ty, oy)
              .intoMemorySegment(ALL, target + 3 * BYTES, ORDER);
          target += 4 * BYTES;
        }
      }
      header += blockPitch;
      numbers += blockPitch;
    }
  }

  private static void bfloat16(long numbers, int words, long target) {
    for (int word = 0; word < words; word++) {
      IntVector vx = IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word, ORDER);
      IntVector vy =
          IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word + BYTES, ORDER);
      vx.lanewise(LSHL, 16).reinterpretAsFloats().intoMemorySegment(ALL, target, ORDER);
      vy.lanewise(LSHL, 16).reinterpretAsFloats().intoMemorySegment(ALL, target + BYTES, ORDER);
      vx.lanewise(AND, 0xffff0000)
          .reinterpretAsFloats()
          .intoMemorySegment(ALL, target + 2 * BYTES, ORDER);
      vy.lanewise(AND, 0xffff0000)
          .reinterpretAsFloats()
          .intoMemorySegment(ALL, target + 3 * BYTES, ORDER);
      target += 4 * BYTES;
    }
  }

  private static void float16(long numbers, int words, long target) {
    for (int word = 0; word < words; word++) {
      IntVector vx = IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word, ORDER);
      IntVector vy =
          IntVector.fromMemorySegment(INTS, ALL, numbers + 2 * BYTES * word + BYTES, ORDER);
      IntVector nx0 = vx.lanewise(LSHL, 13).lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);
      nx0.lanewise(MIN, nx0.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())
          .lanewise(ADD, vx.lanewise(LSHL, 16).lanewise(AND, SIGN))
          .reinterpretAsFloats()
          .intoMemorySegment(ALL, target, ORDER);
      IntVector ny0 = vy.lanewise(LSHL, 13).lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);
      ny0.lanewise(MIN, ny0.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())
          .lanewise(ADD, vy.lanewise(LSHL, 16).lanewise(AND, SIGN))
          .reinterpretAsFloats()
          .intoMemorySegment(ALL, target + BYTES, ORDER);
      IntVector nx1 = vx.lanewise(LSHR, 3).lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);
      nx1.lanewise(MIN, nx1.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())
          .lanewise(ADD, vx.lanewise(AND, SIGN))
          .reinterpretAsFloats()
          .intoMemorySegment(ALL, target + 2 * BYTES, ORDER);
      IntVector ny1 = vy.lanewise(LSHR, 3).lanewise(AND, MAGNITUDE).lanewise(ADD, BIAS);
      ny1.lanewise(MIN, ny1.reinterpretAsFloats().fma(2, -LEAST).reinterpretAsInts())
          .lanewise(ADD, vy.lanewise(AND, SIGN))
          .reinterpretAsFloats()
          .intoMemorySegment(ALL, target + 3 * BYTES, ORDER);
      target += 4 * BYTES;
    }
  }
}
