package org.align4j.core.kernel.stored;

import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * How a file stores numbers, and their decoding to float32. Quantised blocks are decoded with the
 * very float operations of llama.cpp ({@code ggml-quants.c}, {@code dequantize_row_*}).
 */
public enum StoredFormat {
  F32(4),
  F16(2),
  BF16(2),
  Q8_0(32, 34, 32, 8, false, PlainBlocks::q8),
  Q4_0(32, 18, 32, 4, false, PlainBlocks::q4Centred),
  Q4_1(32, 20, 32, 4, true, PlainBlocks::q4),
  Q5_0(32, 22, 32, 8, false, PlainBlocks::q5Centred),
  Q5_1(32, 24, 32, 8, true, PlainBlocks::q5),
  Q2_K(KBlocks.BLOCK, 84, 16, 4, true, KBlocks::q2),
  Q3_K(KBlocks.BLOCK, 110, 16, 4, false, KBlocks::q3),
  Q4_K(KBlocks.BLOCK, 144, 32, 4, true, KBlocks::q4),
  Q5_K(KBlocks.BLOCK, 176, 32, 8, true, KBlocks::q5),
  Q6_K(KBlocks.BLOCK, 210, 16, 8, false, KBlocks::q6);

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Elements decoded at once into a heap buffer: it stays in the cache. */
  private static final int CHUNK = 8192;

  private final int blockElements;
  private final int blockBytes;
  private final int partElements;
  private final int bits;
  private final boolean offset;
  private final @Nullable PartDecoder decoder;

  StoredFormat(int bytes) {
    this(1, bytes, 1, Byte.SIZE * bytes, false, null);
  }

  StoredFormat(
      int blockElements,
      int blockBytes,
      int partElements,
      int bits,
      boolean offset,
      @Nullable PartDecoder decoder) {
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
    this.partElements = partElements;
    this.bits = bits;
    this.offset = offset;
    this.decoder = decoder;
  }

  /** Elements of a block: the columns of a matrix are a multiple of it. */
  public int blockElements() {
    return blockElements;
  }

  /** Elements of a part of a block, which share a scale; 1 where numbers are floats. */
  public int partElements() {
    return partElements;
  }

  /** Bits that hold a number of a part: 4 or 8; those of a float where numbers are floats. */
  public int bits() {
    return bits;
  }

  /** Whether parts have an offset. Numbers are signed where they have none. */
  public boolean hasOffset() {
    return offset;
  }

  /** Whether numbers are in blocks, not floats each. */
  public boolean isQuantised() {
    return decoder != null;
  }

  /** Bytes of so many elements, a whole number of blocks. */
  public long bytes(long elements) {
    return Math.multiplyExact(elements / blockElements, (long) blockBytes);
  }

  /** Decodes part {@code index} of a row that begins at a byte. */
  public void decodePart(MemorySegment from, long row, int index, Part to) {
    PartDecoder parts = decoder;
    checkState(parts != null, "%s has no parts", this);
    int each = blockElements / partElements;
    parts.decode(from, row + (long) blockBytes * (index / each), index % each, to);
  }

  /** Decodes {@code elements}, a whole number of blocks, to the start of an array. */
  public void decode(MemorySegment from, long fromByte, float[] to, int elements) {
    switch (this) {
      case F32 ->
          MemorySegment.copy(from, INT, fromByte, MemorySegment.ofArray(to), INT, 0, elements);
      case F16 -> {
        for (int i = 0; i < elements; i++) {
          to[i] = half(from, fromByte + 2L * i);
        }
      }
      case BF16 -> {
        for (int i = 0; i < elements; i++) {
          to[i] = Float.intBitsToFloat(from.get(SHORT, fromByte + 2L * i) << 16);
        }
      }
      default -> decodeParts(from, fromByte, to, elements);
    }
  }

  private void decodeParts(MemorySegment from, long fromByte, float[] to, int elements) {
    Part part = new Part();
    for (int done = 0; done < elements; done += partElements) {
      decodePart(from, fromByte, done / partElements, part);
      for (int i = 0; i < partElements; i++) {
        to[done + i] = part.value(i);
      }
    }
  }

  /** Decodes {@code elements} from the start of {@code from} to native float32 memory. */
  public void decode(MemorySegment from, MemorySegment to, long elements) {
    if (this == F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      MemorySegment.copy(from, 0, to, 0, 4 * elements);
      return;
    }
    float[] buffer = new float[(int) Math.min(CHUNK, elements)];
    for (long done = 0; done < elements; done += CHUNK) {
      int count = (int) Math.min(CHUNK, elements - done);
      decode(from, bytes(done), buffer, count);
      MemorySegment.copy(buffer, 0, to, ValueLayout.JAVA_FLOAT, 4 * done, count);
    }
  }

  /** The bits of element i of a row of floats that begins at a byte. */
  int floatBits(MemorySegment from, long row, long i) {
    return this == F32 ? from.get(INT, row + 4 * i) : from.get(SHORT, row + 2 * i);
  }

  static float half(MemorySegment from, long at) {
    return Float.float16ToFloat(from.get(SHORT, at));
  }
}
