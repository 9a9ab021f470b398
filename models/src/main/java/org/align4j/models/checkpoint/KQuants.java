package org.align4j.models.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * llama.cpp's k-quants: blocks of 256 in parts of 16 or 32, whose scales are quantised themselves.
 * Layouts as in {@code ggml-common.h}; the float operations are those of {@code
 * dequantize_row_q*_K} and of gguf-py's {@code quants.py}, so every bit is the same.
 */
final class KQuants {

  /** Elements of a block. */
  static final int BLOCK = 256;

  private final MemorySegment from;
  private final float[] to;
  private long at;
  private int out;

  private KQuants(MemorySegment from, long fromByte, float[] to, int block) {
    this.from = from;
    this.to = to;
    this.at = fromByte;
    this.out = BLOCK * block;
  }

  /** What decodes a block. */
  private interface BlockDecoder {
    void decode(KQuants block);
  }

  static void q2(MemorySegment from, long fromByte, float[] to, int blocks) {
    each(from, fromByte, to, blocks, 84, KQuants::q2);
  }

  static void q3(MemorySegment from, long fromByte, float[] to, int blocks) {
    each(from, fromByte, to, blocks, 110, KQuants::q3);
  }

  static void q4(MemorySegment from, long fromByte, float[] to, int blocks) {
    each(from, fromByte, to, blocks, 144, block -> block.q4or5(false));
  }

  static void q5(MemorySegment from, long fromByte, float[] to, int blocks) {
    each(from, fromByte, to, blocks, 176, block -> block.q4or5(true));
  }

  static void q6(MemorySegment from, long fromByte, float[] to, int blocks) {
    each(from, fromByte, to, blocks, 210, KQuants::q6);
  }

  private static void each(
      MemorySegment from, long fromByte, float[] to, int blocks, int bytes, BlockDecoder decoder) {
    for (int block = 0; block < blocks; block++) {
      decoder.decode(new KQuants(from, fromByte + (long) bytes * block, to, block));
    }
  }

  /** 16 bytes of scale and minimum (4 bits each), 64 of 2-bit numbers, d and dmin (f16). */
  private void q2() {
    long numbers = at + 16;
    float d = half(at + 80);
    float dmin = half(at + 82);
    for (int part = 0; part < 16; part++) {
      int scales = unsigned(at + part);
      float scale = d * (scales & 15);
      float minimum = dmin * (scales >> 4);
      for (int i = 0; i < 16; i++) {
        to[out++] = scale * twoBits(numbers, part, i) - minimum;
      }
    }
  }

  /** 32 bytes of high bits, 64 of 2-bit numbers, 12 of 6-bit scales, d (f16). */
  private void q3() {
    long numbers = at + 32;
    long scales = at + 96;
    float d = half(at + 108);
    for (int part = 0; part < 16; part++) {
      int low = (unsigned(scales + part % 8) >> (4 * (part / 8))) & 15;
      int high = (unsigned(scales + 8 + part % 4) >> (2 * (part / 4))) & 3;
      float scale = d * ((low | (high << 4)) - 32);
      for (int i = 0; i < 16; i++) {
        int set = (unsigned(at + 16L * (part % 2) + i) >> (part / 2)) & 1;
        to[out++] = scale * (twoBits(numbers, part, i) - (set == 1 ? 0 : 4));
      }
    }
  }

  /** The i-th number of a part of 16: four parts of 32 lie over each other in 32 bytes. */
  private int twoBits(long numbers, int part, int i) {
    int shift = 2 * (part / 2 % 4);
    return (unsigned(numbers + 32L * (part / 8) + 16L * (part % 2) + i) >> shift) & 3;
  }

  /** d and dmin (f16), 12 bytes of 6-bit scales and minima, high bits of q5, 128 of nibbles. */
  private void q4or5(boolean five) {
    float d = half(at);
    float dmin = half(at + 2);
    long scales = at + 4;
    long high = at + 16;
    long numbers = five ? at + 48 : at + 16;
    for (int part = 0; part < 8; part++) {
      float scale = d * scale(scales, part);
      float minimum = dmin * minimum(scales, part);
      for (int i = 0; i < 32; i++) {
        int number = (unsigned(numbers + 32L * (part / 2) + i) >> (4 * (part % 2))) & 15;
        if (five) {
          number |= ((unsigned(high + i) >> part) & 1) << 4;
        }
        to[out++] = scale * number - minimum;
      }
    }
  }

  private int scale(long scales, int part) {
    return part < 4
        ? unsigned(scales + part) & 63
        : (unsigned(scales + 4 + part) & 15) | ((unsigned(scales + part - 4) >> 2) & 0x30);
  }

  private int minimum(long scales, int part) {
    return part < 4
        ? unsigned(scales + 4 + part) & 63
        : (unsigned(scales + 4 + part) >> 4) | ((unsigned(scales + part) >> 2) & 0x30);
  }

  /** 128 bytes of nibbles, 64 of high pairs of bits, 16 signed scales, d (f16). */
  private void q6() {
    long high = at + 128;
    long scales = at + 192;
    float d = half(at + 208);
    for (int part = 0; part < 16; part++) {
      float scale = d * from.get(JAVA_BYTE, scales + part);
      // in 128 numbers: four times 32, the first two from low nibbles, the others from high ones
      int quarter = part / 2 % 4;
      long low = at + 64L * (part / 8) + 32L * (quarter % 2) + 16L * (part % 2);
      long pairs = high + 32L * (part / 8) + 16L * (part % 2);
      for (int i = 0; i < 16; i++) {
        int number =
            ((unsigned(low + i) >> (4 * (quarter / 2))) & 15)
                | (((unsigned(pairs + i) >> (2 * quarter)) & 3) << 4);
        to[out++] = scale * (number - 32);
      }
    }
  }

  private int unsigned(long offset) {
    return Byte.toUnsignedInt(from.get(JAVA_BYTE, offset));
  }

  private float half(long offset) {
    return Float.float16ToFloat(from.get(Encoding.SHORT, offset));
  }
}
