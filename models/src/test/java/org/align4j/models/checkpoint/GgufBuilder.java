package org.align4j.models.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small GGUF files for tests, by the format's description. */
final class GgufBuilder {

  private record Tensor(int type, long[] shape, byte[] data) {}

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  GgufBuilder put(String key, Object value) {
    values.put(key, value);
    return this;
  }

  GgufBuilder remove(String key) {
    values.remove(key);
    tensors.remove(key);
    return this;
  }

  /** A tensor in F32, shape rows first. */
  GgufBuilder tensor(String name, float[] data, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * data.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : data) {
      bytes.putFloat(value);
    }
    return tensor(name, 0, bytes.array(), shape);
  }

  GgufBuilder tensor(String name, int type, byte[] data, long... shape) {
    tensors.put(name, new Tensor(type, shape, data));
    return this;
  }

  byte[] build() {
    var out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    int32(out, 3);
    int64(out, tensors.size());
    int64(out, values.size());
    values.forEach((key, value) -> {
      string(out, key);
      int32(out, type(value));
      value(out, value);
    });
    long offset = 0;
    for (var entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      string(out, entry.getKey());
      int32(out, tensor.shape().length);
      for (int i = tensor.shape().length - 1; i >= 0; i--) {
        int64(out, tensor.shape()[i]);
      }
      int32(out, tensor.type());
      int64(out, offset);
      offset = padded(offset + tensor.data().length);
    }
    pad(out);
    tensors
        .values()
        .forEach(tensor -> {
          out.writeBytes(tensor.data());
          pad(out);
        });
    return out.toByteArray();
  }

  private static void pad(ByteArrayOutputStream out) {
    while (out.size() % 32 != 0) {
      out.write(0);
    }
  }

  private static long padded(long size) {
    return (size + 31) / 32 * 32;
  }

  private static int type(Object value) {
    return switch (value) {
      case Integer i -> 4;
      case Float f -> 6;
      case Boolean b -> 7;
      case String s -> 8;
      case List<?> l -> 9;
      default -> throw new IllegalArgumentException("no type for " + value);
    };
  }

  private static void value(ByteArrayOutputStream out, Object value) {
    switch (value) {
      case Integer i -> int32(out, i);
      case Float f -> int32(out, Float.floatToIntBits(f));
      case Boolean b -> out.write(b ? 1 : 0);
      case String s -> string(out, s);
      case List<?> list -> {
        int32(out, list.isEmpty() ? 4 : type(list.getFirst()));
        int64(out, list.size());
        list.forEach(element -> value(out, element));
      }
      default -> throw new IllegalArgumentException("no type for " + value);
    }
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int64(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void int32(ByteArrayOutputStream out, int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private static void int64(ByteArrayOutputStream out, long value) {
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }
}
