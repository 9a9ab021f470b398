package org.align4j.core.kernel.stored;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Random matrices of a format: mostly ordinary weights, and now and then what a float can be. */
public final class StoredData {

  private static final float[] RARE = {
    0f, -0f, 0x1p-24f, -0x1p-24f, 0x3ffp-24f, 0x1p-14f, 65504f, -65504f
  };

  private StoredData() {}

  public static StoredMatrix matrix(StoredFormat format, int rows, int columns, Random random) {
    byte[] bytes = new byte[(int) format.bytes((long) rows * columns)];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int blockBytes = (int) format.bytes(format.blockElements());
    for (int at = 0; at < bytes.length; at += blockBytes) {
      switch (format) {
        case F32 -> buffer.putFloat(at, any(random));
        case BF16 -> buffer.putShort(at, (short) (Float.floatToIntBits(any(random)) >> 16));
        case F16 -> half(buffer, at, random);
        case Q8_0, Q4_0, Q5_0 -> half(buffer, at, random);
        case Q4_1, Q5_1, Q4_K, Q5_K -> {
          half(buffer, at, random);
          half(buffer, at + 2, random);
        }
        case Q2_K -> {
          half(buffer, at + 80, random);
          half(buffer, at + 82, random);
        }
        case Q3_K -> half(buffer, at + 108, random);
        case Q6_K -> half(buffer, at + 208, random);
      }
    }
    return StoredMatrix.of(format, rows, columns, MemorySegment.ofArray(bytes));
  }

  private static void half(ByteBuffer buffer, int at, Random random) {
    buffer.putShort(at, Float.floatToFloat16(any(random)));
  }

  private static float any(Random random) {
    return random.nextInt(8) == 0
        ? RARE[random.nextInt(RARE.length)]
        : (float) random.nextGaussian() * 0.02f;
  }
}
