package org.align4j.cuda.ptx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.align4j.cuda.driver.Device;

/** Kernels of {@code watched.ptx}, plain or spoilt, with data for them. */
final class Watched {

  static final int ROWS = 3;
  static final int COLUMNS = 1000;

  private final EmulatedDevice device;
  private final Device.Program program;

  Watched(EmulatedDevice device, String ptx) {
    this.device = device;
    this.program = device.load(ptx.getBytes(StandardCharsets.UTF_8));
  }

  /** The text of the kernels. */
  static String text() {
    URL url = Objects.requireNonNull(Watched.class.getResource("watched.ptx"));
    try (var stream = url.openStream()) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  EmulatedDevice device() {
    return device;
  }

  long upload(float... values) {
    return upload(MemorySegment.ofArray(values));
  }

  long upload(int... values) {
    return upload(MemorySegment.ofArray(values));
  }

  private long upload(MemorySegment values) {
    long address = device.allocate(values.byteSize());
    device.write(address, values);
    return address;
  }

  float[] floats(long address, int count) {
    float[] values = new float[count];
    device.read(address, MemorySegment.ofArray(values));
    return values;
  }

  /** Launches a kernel. */
  void launch(String name, int blocks, int threads, int shared, long... arguments) {
    program.function(name, shared).launch(blocks, 1, 1, threads, MemorySegment.ofArray(arguments));
  }

  /** Numbers whose sums are exact. */
  static float[] numbers(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i * 37 % 101 - 50;
    }
    return values;
  }

  /** Sums of rows. */
  float[] rowSums() {
    long x = upload(numbers(ROWS * COLUMNS));
    long y = device.allocate(4 * ROWS);
    launch("row_sums", ROWS, 128, 0, x, y, COLUMNS);
    return floats(y, ROWS);
  }

  /** 512 numbers backwards. */
  float[] backwards() {
    long x = upload(numbers(512));
    long y = device.allocate(4 * 512);
    launch("backwards", 1, 128, 16 * 128, x, y);
    return floats(y, 512);
  }

  /** A product {@code [16, 16] [16, 8]} of small whole numbers, exact in bf16. */
  float[] product() {
    long a = upload(pairs(16));
    long b = upload(pairs(8));
    long d = device.allocate(4 * 128);
    launch("small_product", 1, 32, 0, a, b, d);
    return floats(d, 128);
  }

  /** A row or column of an operand of the product. */
  static float operand(int line, int k) {
    return (line * 5 + k * 3) % 17 - 8;
  }

  private static int[] pairs(int lines) {
    int[] pairs = new int[lines * 8];
    Arrays.setAll(pairs, i -> pair(operand(i / 8, 2 * (i % 8)), operand(i / 8, 2 * (i % 8) + 1)));
    return pairs;
  }

  private static int pair(float low, float high) {
    return (Float.floatToIntBits(low) >>> 16) | (Float.floatToIntBits(high) & 0xffff0000);
  }

  /** Sums over tables of 32 threads. */
  float[] tables() {
    long x = upload(numbers(256));
    long indices = upload(0, 3, 3, 7, 1);
    long y = device.allocate(4 * 32);
    launch("tables", 1, 32, 0, x, indices, y, 5);
    return floats(y, 32);
  }
}
