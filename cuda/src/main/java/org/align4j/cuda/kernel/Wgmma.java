package org.align4j.cuda.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.core.runtime.Precision;
import org.align4j.cuda.driver.Device;

/**
 * Large products of two bfloat16 factors as Hopper makes them fastest: {@code wgmma.cu}. A row must
 * have the same bits in every batch, and small batches go through {@code mma.sync}; what a tensor
 * core adds up in which order is not documented. So a device is asked: only where both give the
 * same bits this is taken.
 */
final class Wgmma {

  /** Rows and columns of a block's part of the result. */
  private static final int HEIGHT = 128;

  private static final int WIDTH = 256;

  /** A ring of four tiles, 64 of the depth, and what brings it to a multiple of 1024. */
  private static final int SHARED = 4 * 64 * (HEIGHT + WIDTH) * 2 + 1024;

  private static final int TURN = 32;

  private final Call product;
  private final Call turnRows;
  private final Call turnStoredRows;

  /** The kernels of a loaded program. */
  Wgmma(Device.Program program) {
    product = new Call(program, "product_nt_bf16_wgmma", SHARED);
    turnRows = new Call(program, "turn_rows");
    turnStoredRows = new Call(program, "turn_stored_rows");
  }

  /** {@code to = fromᵀ} in bfloat16; what fills up its rows is 0. */
  void turn(Weight from, Weight to) {
    Call call = from.bf16() ? turnStoredRows : turnRows;
    call.begin().address(from.address()).integer(from.pitch()).address(to.address());
    call.integer(to.pitch()).integer(from.rows()).integer(from.columns());
    long across = Math.ceilDiv(from.columns(), TURN);
    call.launch(across * Math.ceilDiv(to.pitch(), TURN), 256);
  }

  /**
   * {@code c = a · bᵀ + bias}, or {@code c += a · bᵀ}.
   *
   * @param a {@code [m, k]} in bfloat16, rows at multiples of 16 bytes, as b
   * @param b {@code [n, k]}
   * @param bias address of n floats; 0 for none
   */
  void product(Weight a, Weight b, int k, long bias, DeviceMatrix c, int m, int n, boolean add) {
    product.begin().address(a.address()).integer(a.pitch());
    product.address(b.address()).integer(b.pitch());
    product.address(bias).matrix(c).integer(m).integer(n).integer(k).flag(add);
    product.launch((long) Math.ceilDiv(m, HEIGHT) * Math.ceilDiv(n, WIDTH), 256);
  }

  /**
   * How far the device's sums are from those of {@code mma.sync}: 0 where all bits are the same,
   * else the largest difference over the largest sum. Random numbers of many sizes, several steps
   * of the depth, sums that begin at a number of their own.
   */
  double difference(Device device, Products others) {
    // Both warpgroups, edges, and deeper than the ring; too few rows for others to narrow.
    int m = 200;
    int n = 300;
    int k = 330;
    Random random = new Random(1);
    long bytes = 2L * (m + n) * (k + 8);
    List<Long> addresses = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      for (long size : new long[] {4L * m * k, 4L * n * k, bytes, 4L * m * n, 4L * m * n}) {
        addresses.add(device.allocate(size));
      }
      DeviceMatrix rows = DeviceMatrix.dense(addresses.get(0), m, k);
      Weight left = Weight.of(rows);
      Weight right = Weight.of(DeviceMatrix.dense(addresses.get(1), n, k));
      DeviceMatrix expected = DeviceMatrix.dense(addresses.get(3), m, n);
      DeviceMatrix actual = DeviceMatrix.dense(addresses.get(4), m, n);
      device.write(left.address(), numbers(arena, random, m * k));
      device.write(right.address(), numbers(arena, random, n * k));
      MemorySegment start = numbers(arena, random, m * n);
      device.write(expected.address(), start);
      device.write(actual.address(), start);
      Narrowing narrowing = others.narrowing(addresses.get(2), bytes);
      Weight second = narrowing.second(left, right);
      others.product(Form.NT, Precision.BF16, rows, right, 0, expected, m, /* add= */ true);
      product(narrowing.first(left), second, k, 0, actual, m, n, /* add= */ true);
      return difference(read(device, arena, expected), read(device, arena, actual));
    } finally {
      addresses.forEach(device::free);
    }
  }

  private static double difference(MemorySegment expected, MemorySegment actual) {
    if (expected.mismatch(actual) < 0) {
      return 0;
    }
    double largest = 0;
    double difference = Float.MIN_VALUE;
    for (long i = 0; i < expected.byteSize() / Float.BYTES; i++) {
      double x = expected.getAtIndex(JAVA_FLOAT, i);
      largest = Math.max(largest, Math.abs(x));
      difference = Math.max(difference, Math.abs(actual.getAtIndex(JAVA_FLOAT, i) - x));
    }
    return difference / largest;
  }

  /** Normal numbers times powers of two. */
  private static MemorySegment numbers(Arena arena, Random random, int count) {
    MemorySegment numbers = arena.allocate(JAVA_FLOAT, count);
    for (int i = 0; i < count; i++) {
      float x = Math.scalb((float) random.nextGaussian(), random.nextInt(-6, 7));
      numbers.setAtIndex(JAVA_FLOAT, i, x);
    }
    return numbers;
  }

  private static MemorySegment read(Device device, Arena arena, DeviceMatrix matrix) {
    MemorySegment numbers = arena.allocate(JAVA_FLOAT, (long) matrix.rows() * matrix.columns());
    device.read(matrix.address(), numbers);
    return numbers;
  }
}
