package org.align4j.models.text.sentencepiece;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads a message of protocol buffers, field by field. */
final class ProtoReader {

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final ByteBuffer buffer;
  private int field;
  private int wire;

  ProtoReader(byte[] bytes) {
    this(ByteBuffer.wrap(bytes));
  }

  private ProtoReader(ByteBuffer buffer) {
    this.buffer = buffer.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Goes to the next field; its value must then be read or skipped. */
  boolean next() {
    if (!buffer.hasRemaining()) {
      return false;
    }
    long tag = varint();
    checkArgument(tag >= 8 && tag >>> 3 < 1 << 29, "a field has the tag %s", tag);
    field = (int) (tag >>> 3);
    wire = (int) (tag & 7);
    return true;
  }

  int field() {
    return field;
  }

  long integer() {
    expect(VARINT);
    return varint();
  }

  float float32() {
    expect(FIXED32);
    return take(4).getFloat();
  }

  String string() {
    byte[] bytes = bytes();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  byte[] bytes() {
    ByteBuffer part = part();
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    return bytes;
  }

  ProtoReader message() {
    return new ProtoReader(part());
  }

  void skip() {
    switch (wire) {
      case VARINT -> varint();
      case FIXED64 -> take(8);
      case BYTES -> part();
      case FIXED32 -> take(4);
      default -> throw new IllegalArgumentException("field " + field + " is of kind " + wire);
    }
  }

  private void expect(int kind) {
    checkArgument(wire == kind, "field %s is of kind %s, not %s", field, wire, kind);
  }

  private ByteBuffer part() {
    expect(BYTES);
    return take(varint());
  }

  private ByteBuffer take(long length) {
    checkArgument(
        length >= 0 && length <= buffer.remaining(),
        "field %s has %s bytes of %s that are left",
        field,
        length,
        buffer.remaining());
    ByteBuffer part = buffer.slice(buffer.position(), (int) length);
    buffer.position(buffer.position() + (int) length);
    return part.order(ByteOrder.LITTLE_ENDIAN);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      checkArgument(buffer.hasRemaining(), "it ends within a number");
      byte next = buffer.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number has more than 64 bits");
  }
}
