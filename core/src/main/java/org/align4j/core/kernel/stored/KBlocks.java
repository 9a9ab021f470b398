package org.align4j.core.kernel.stored;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * llama.cpp's k-quants: blocks of 256 in parts of 16 or 32, whose scales are quantised themselves.
 * Layouts as in {@code ggml-common.h}; the float operations are those of {@code
 * dequantize_row_q*_K} and of gguf-py's {@code quants.py}, so every bit is the same.
 */
final class KBlocks {

  /** Elements of a block. */
  static final int BLOCK = 256;

  private static final float NOTHING = -0f;

  private KBlocks() {}

  /** 16 bytes of scale and minimum (4 bits each), 64 of 2-bit numbers, d and dmin (f16). */
  static void q2(MemorySegment from, long at, int part, Part to) {
    int scales = unsigned(from, at + part);
    float d = StoredFormat.half(from, at + 80);
    float dmin = StoredFormat.half(from, at + 82);
    to.set(d * (scales & 15), -(dmin * (scales >> 4)));
    for (int i = 0; i < 16; i++) {
      to.numbers[i] = twoBits(from, at + 16, part, i);
    }
  }

  /** 32 bytes of high bits, 64 of 2-bit numbers, 12 of 6-bit scales, d (f16). */
  static void q3(MemorySegment from, long at, int part, Part to) {
    long scales = at + 96;
    int low = unsigned(from, scales + part % 8) >> (4 * (part / 8)) & 15;
    int high = unsigned(from, scales + 8 + part % 4) >> (2 * (part / 4)) & 3;
    to.set(StoredFormat.half(from, at + 108) * ((low | high << 4) - 32), NOTHING);
    for (int i = 0; i < 16; i++) {
      int set = unsigned(from, at + 16L * (part % 2) + i) >> (part / 2) & 1;
      to.numbers[i] = twoBits(from, at + 32, part, i) - (set == 1 ? 0 : 4);
    }
  }

  /** The i-th number of a part of 16: four parts of 32 lie over each other in 32 bytes. */
  private static int twoBits(MemorySegment from, long numbers, int part, int i) {
    int shift = 2 * (part / 2 % 4);
    return unsigned(from, numbers + 32L * (part / 8) + 16L * (part % 2) + i) >> shift & 3;
  }

  /** d and dmin (f16), 12 bytes of 6-bit scales and minima, 128 of nibbles. */
  static void q4(MemorySegment from, long at, int part, Part to) {
    scale(from, at, part, to);
    nibbles(from, at + 16, part, to);
  }

  /** As q4, with 32 bytes of high bits before the nibbles. */
  static void q5(MemorySegment from, long at, int part, Part to) {
    scale(from, at, part, to);
    nibbles(from, at + 48, part, to);
    for (int i = 0; i < 32; i++) {
      to.numbers[i] |= (unsigned(from, at + 16 + i) >> part & 1) << 4;
    }
  }

  private static void nibbles(MemorySegment from, long at, int part, Part to) {
    for (int i = 0; i < 32; i++) {
      to.numbers[i] = unsigned(from, at + 32L * (part / 2) + i) >> (4 * (part % 2)) & 15;
    }
  }

  private static void scale(MemorySegment from, long at, int part, Part to) {
    float d = StoredFormat.half(from, at);
    float dmin = StoredFormat.half(from, at + 2);
    long scales = at + 4;
    int scale = unsigned(from, scales + part % 4) & 63;
    int minimum = unsigned(from, scales + 4 + part % 4) & 63;
    if (part >= 4) {
      int low = unsigned(from, scales + 4 + part);
      scale = (low & 15) | (unsigned(from, scales + part - 4) >> 2 & 0x30);
      minimum = low >> 4 | (unsigned(from, scales + part) >> 2 & 0x30);
    }
    to.set(d * scale, -(dmin * minimum));
  }

  /** 128 bytes of nibbles, 64 of high pairs of bits, 16 signed scales, d (f16). */
  static void q6(MemorySegment from, long at, int part, Part to) {
    to.set(StoredFormat.half(from, at + 208) * from.get(JAVA_BYTE, at + 192 + part), NOTHING);
    // in 128 numbers: four times 32, the first two from low nibbles, the others from high ones
    int quarter = part / 2 % 4;
    long low = at + 64L * (part / 8) + 32L * (quarter % 2) + 16L * (part % 2);
    long pairs = at + 128 + 32L * (part / 8) + 16L * (part % 2);
    for (int i = 0; i < 16; i++) {
      int number =
          (unsigned(from, low + i) >> (4 * (quarter / 2)) & 15)
              | (unsigned(from, pairs + i) >> (2 * quarter) & 3) << 4;
      to.numbers[i] = number - 32;
    }
  }

  private static int unsigned(MemorySegment from, long offset) {
    return Byte.toUnsignedInt(from.get(JAVA_BYTE, offset));
  }
}
