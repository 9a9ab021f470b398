package org.align4j.cuda.ptx;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in arrays of bytes, the low byte first. */
final class Bytes {

  static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Bytes() {}

  /** So many bytes, the rest 0. */
  static long get(byte[] bytes, int place, int size) {
    return switch (size) {
      case 1 -> bytes[place] & 0xff;
      case 2 -> (short) SHORT.get(bytes, place) & 0xffff;
      case 4 -> (int) INT.get(bytes, place) & 0xffffffffL;
      default -> (long) LONG.get(bytes, place);
    };
  }

  /** The low bytes. */
  static void set(byte[] bytes, int place, int size, long value) {
    switch (size) {
      case 1 -> bytes[place] = (byte) value;
      case 2 -> SHORT.set(bytes, place, (short) value);
      case 4 -> INT.set(bytes, place, (int) value);
      default -> LONG.set(bytes, place, value);
    }
  }
}
