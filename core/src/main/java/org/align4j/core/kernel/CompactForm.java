package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.stored.StoredFormat;

/**
 * How a {@link CompactMatrix} holds the numbers of a column: in words of 32 bits, the first number
 * in the lowest bits. Signed numbers stand above the middle of their bits. The scale of a block,
 * and its offset, are before its words.
 */
public enum CompactForm {
  /** The upper halves of float32. */
  BFLOAT16(16, 0),
  /** IEEE half precision, finite. */
  FLOAT16(16, 0),
  /** {@code scale · q}, q in -8 ... 7. */
  SIGNED4(4, 1),
  /** {@code scale · q + offset}, q in 0 ... 15. */
  OFFSET4(4, 2),
  /** {@code scale · q}, q in -128 ... 127. */
  SIGNED8(8, 1),
  /** {@code scale · q + offset}, q in 0 ... 255. */
  OFFSET8(8, 2);

  private final int bits;
  private final int header;

  CompactForm(int bits, int header) {
    this.bits = bits;
    this.header = header;
  }

  static CompactForm of(StoredFormat format) {
    checkArgument(format != StoredFormat.F32, "F32 has no compact form: pack it as float32");
    if (!format.isQuantised()) {
      return format == StoredFormat.F16 ? FLOAT16 : BFLOAT16;
    }
    if (format.bits() == 4) {
      return format.hasOffset() ? OFFSET4 : SIGNED4;
    }
    return format.hasOffset() ? OFFSET8 : SIGNED8;
  }

  /** Numbers of a column in a word. */
  public int perWord() {
    return Integer.SIZE / bits;
  }

  /** Floats before the words of a block: 0, the scale, or scale and offset. */
  public int header() {
    return header;
  }

  /** The bits in a word of number {@code i}. */
  int bits(int number, int i) {
    int held = header == 1 ? number + (1 << (bits - 1)) : number;
    return (held & (1 << bits) - 1) << (bits * i);
  }

  /** The weight that is number {@code i} of a word. */
  float value(int word, int i, float scale, float offset) {
    int number = word >>> (bits * i) & (1 << bits) - 1;
    return switch (this) {
      case BFLOAT16 -> Float.intBitsToFloat(number << 16);
      case FLOAT16 -> Float.float16ToFloat((short) number);
      case SIGNED4, SIGNED8 -> (number - (1 << (bits - 1))) * scale;
      case OFFSET4, OFFSET8 -> number * scale + offset;
    };
  }
}
