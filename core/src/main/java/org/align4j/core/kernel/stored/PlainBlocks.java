package org.align4j.core.kernel.stored;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * llama.cpp's blocks of 32 numbers with a scale (f16). Each is one part; nibbles hold the first 16
 * numbers in their low halves, the others in the high ones.
 */
final class PlainBlocks {

  private static final float NOTHING = -0f;

  private PlainBlocks() {}

  /** Scale d, 32 signed bytes: {@code q·d}. */
  static void q8(MemorySegment from, long at, int index, Part to) {
    to.set(StoredFormat.half(from, at), NOTHING);
    for (int i = 0; i < 32; i++) {
      to.numbers[i] = from.get(JAVA_BYTE, at + 2 + i);
    }
  }

  /** Scale d, 16 bytes of two nibbles: {@code (q-8)·d}. */
  static void q4Centred(MemorySegment from, long at, int index, Part to) {
    to.set(StoredFormat.half(from, at), NOTHING);
    nibbles(from, at + 2, to);
    centre(to, 8);
  }

  /** Scale d and minimum m, 16 bytes of two nibbles: {@code q·d + m}. */
  static void q4(MemorySegment from, long at, int index, Part to) {
    to.set(StoredFormat.half(from, at), StoredFormat.half(from, at + 2));
    nibbles(from, at + 4, to);
  }

  /** Scale d, 32 high bits, 16 bytes of two nibbles: {@code (q-16)·d}. */
  static void q5Centred(MemorySegment from, long at, int index, Part to) {
    to.set(StoredFormat.half(from, at), NOTHING);
    nibbles(from, at + 6, to);
    highBits(from, at + 2, to);
    centre(to, 16);
  }

  /** Scale d and minimum m, 32 high bits, 16 bytes of two nibbles: {@code q·d + m}. */
  static void q5(MemorySegment from, long at, int index, Part to) {
    to.set(StoredFormat.half(from, at), StoredFormat.half(from, at + 2));
    nibbles(from, at + 8, to);
    highBits(from, at + 4, to);
  }

  private static void nibbles(MemorySegment from, long at, Part to) {
    for (int i = 0; i < 16; i++) {
      int pair = from.get(JAVA_BYTE, at + i);
      to.numbers[i] = pair & 15;
      to.numbers[16 + i] = pair >> 4 & 15;
    }
  }

  private static void highBits(MemorySegment from, long at, Part to) {
    for (int i = 0; i < 32; i++) {
      to.numbers[i] |= (from.get(JAVA_BYTE, at + i / 8) >> i % 8 & 1) << 4;
    }
  }

  private static void centre(Part to, int middle) {
    for (int i = 0; i < 32; i++) {
      to.numbers[i] -= middle;
    }
  }
}
