package org.align4j.models.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How numbers are stored, and their decoding to float32. Quantised blocks are decoded with the very
 * float operations of llama.cpp ({@code ggml-quants.c}, {@code dequantize_row_*}).
 */
enum Encoding {
  F32(1, 4) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      MemorySegment.copy(from, INTS, fromByte, MemorySegment.ofArray(to), INTS, 0, blocks);
    }
  },
  F16(1, 2) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      for (int i = 0; i < blocks; i++) {
        to[i] = Float.float16ToFloat(from.get(SHORT, fromByte + 2L * i));
      }
    }
  },
  BF16(1, 2) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      for (int i = 0; i < blocks; i++) {
        to[i] = Float.intBitsToFloat(from.get(SHORT, fromByte + 2L * i) << 16);
      }
    }
  },
  /** Scale d (f16), 32 signed bytes: {@code q·d}. */
  Q8_0(32, 34) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      for (int block = 0; block < blocks; block++) {
        long at = fromByte + 34L * block;
        float d = Float.float16ToFloat(from.get(SHORT, at));
        for (int i = 0; i < 32; i++) {
          to[32 * block + i] = from.get(JAVA_BYTE, at + 2 + i) * d;
        }
      }
    }
  },
  /** Scale d (f16), 16 bytes of two nibbles, low ones first: {@code (q-8)·d}. */
  Q4_0(32, 18) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      for (int block = 0; block < blocks; block++) {
        long at = fromByte + 18L * block;
        float d = Float.float16ToFloat(from.get(SHORT, at));
        for (int i = 0; i < 16; i++) {
          int pair = from.get(JAVA_BYTE, at + 2 + i);
          to[32 * block + i] = ((pair & 15) - 8) * d;
          to[32 * block + 16 + i] = ((pair >> 4 & 15) - 8) * d;
        }
      }
    }
  },
  /** Scale d and minimum m (f16), 16 bytes of two nibbles, low ones first: {@code q·d + m}. */
  Q4_1(32, 20) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      for (int block = 0; block < blocks; block++) {
        long at = fromByte + 20L * block;
        float d = Float.float16ToFloat(from.get(SHORT, at));
        float m = Float.float16ToFloat(from.get(SHORT, at + 2));
        for (int i = 0; i < 16; i++) {
          int pair = from.get(JAVA_BYTE, at + 4 + i);
          to[32 * block + i] = (pair & 15) * d + m;
          to[32 * block + 16 + i] = (pair >> 4 & 15) * d + m;
        }
      }
    }
  },
  /** Scale d (f16), 32 high bits, 16 bytes of two nibbles, low ones first: {@code (q-16)·d}. */
  Q5_0(32, 22) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      for (int block = 0; block < blocks; block++) {
        long at = fromByte + 22L * block;
        float d = Float.float16ToFloat(from.get(SHORT, at));
        for (int i = 0; i < 32; i++) {
          to[32 * block + i] = d * (fiveBits(from, at + 2, i) - 16);
        }
      }
    }
  },
  /** Scale d and minimum m (f16), 32 high bits, 16 bytes of two nibbles: {@code q·d + m}. */
  Q5_1(32, 24) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      for (int block = 0; block < blocks; block++) {
        long at = fromByte + 24L * block;
        float d = Float.float16ToFloat(from.get(SHORT, at));
        float m = Float.float16ToFloat(from.get(SHORT, at + 2));
        for (int i = 0; i < 32; i++) {
          to[32 * block + i] = d * fiveBits(from, at + 4, i) + m;
        }
      }
    }
  },
  Q2_K(KQuants.BLOCK, 84) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      KQuants.q2(from, fromByte, to, blocks);
    }
  },
  Q3_K(KQuants.BLOCK, 110) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      KQuants.q3(from, fromByte, to, blocks);
    }
  },
  Q4_K(KQuants.BLOCK, 144) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      KQuants.q4(from, fromByte, to, blocks);
    }
  },
  Q5_K(KQuants.BLOCK, 176) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      KQuants.q5(from, fromByte, to, blocks);
    }
  },
  Q6_K(KQuants.BLOCK, 210) {
    @Override
    void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks) {
      KQuants.q6(from, fromByte, to, blocks);
    }
  };

  private static final ValueLayout.OfInt INTS =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Elements decoded at once into a heap buffer: it stays in the cache. */
  private static final int CHUNK = 8192;

  private final int blockElements;
  private final int blockBytes;

  Encoding(int blockElements, int blockBytes) {
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** Elements of a block: the columns of a matrix are a multiple of it. */
  int blockElements() {
    return blockElements;
  }

  /** Bytes of so many elements, a whole number of blocks. */
  long bytes(long elements) {
    return Math.multiplyExact(elements / blockElements, (long) blockBytes);
  }

  /** The i-th of 32 numbers: its high bit from 4 bytes, its others from the nibbles behind them. */
  private static int fiveBits(MemorySegment from, long at, int i) {
    int high = from.get(JAVA_BYTE, at + i / 8) >> i % 8 & 1;
    return ((from.get(JAVA_BYTE, at + 4 + i % 16) >> (4 * (i / 16))) & 15) | (high << 4);
  }

  abstract void decodeBlocks(MemorySegment from, long fromByte, float[] to, int blocks);

  /** Decodes {@code elements} from the start of {@code from} to native float32 memory. */
  void decode(MemorySegment from, MemorySegment to, long elements) {
    if (this == F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      MemorySegment.copy(from, 0, to, 0, 4 * elements);
      return;
    }
    float[] buffer = new float[(int) Math.min(CHUNK, elements)];
    for (long done = 0; done < elements; done += CHUNK) {
      int count = (int) Math.min(CHUNK, elements - done);
      decodeBlocks(from, bytes(done), buffer, count / blockElements);
      MemorySegment.copy(buffer, 0, to, ValueLayout.JAVA_FLOAT, 4 * done, count);
    }
  }
}
