package org.align4j.cuda.check.speed;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Weight;

/**
 * Device memory of random numbers, a block over and over: constant operands would spare power, and
 * so run at a higher clock. Closing frees it.
 */
final class RandomMemory implements AutoCloseable {

  private final Device device;
  private final int words;
  private final long floatBlock;
  private final long halfBlock;
  private final List<Long> addresses = new ArrayList<>();

  RandomMemory(Device device, boolean small) {
    this.device = device;
    words = small ? 1 << 12 : 1 << 22;
    SplittableRandom random = new SplittableRandom(1);
    int[] floats = new int[words];
    int[] halves = new int[words];
    for (int i = 0; i < words; i++) {
      floats[i] = bits(random);
      halves[i] = (bits(random) & 0xffff0000) | (bits(random) >>> 16);
    }
    floatBlock = ints(floats);
    halfBlock = ints(halves);
  }

  /** Of a number in ±1/2. */
  private static int bits(SplittableRandom random) {
    return Float.floatToRawIntBits((float) random.nextDouble() - 0.5f);
  }

  private long repeat(long block, long count) {
    long address = device.allocate(4 * count);
    addresses.add(address);
    for (long at = 0; at < count; at += words) {
      device.copy(block, address + 4 * at, 4 * Math.min(words, count - at));
    }
    return address;
  }

  /** Floats. */
  long floats(long count) {
    return repeat(floatBlock, count);
  }

  /** These ints. */
  long ints(int[] values) {
    long address = device.allocate(4L * values.length);
    addresses.add(address);
    device.write(address, MemorySegment.ofArray(values));
    return address;
  }

  DeviceMatrix matrix(int rows, int columns) {
    return DeviceMatrix.dense(floats((long) rows * columns), rows, columns);
  }

  /** A right-hand side of floats, or of bfloat16. */
  Weight weight(int rows, int columns, boolean stored) {
    return stored
        ? new Weight(repeat(halfBlock, (long) rows * columns / 2 + 1), rows, columns, columns, true)
        : Weight.of(matrix(rows, columns));
  }

  @Override
  public void close() {
    addresses.forEach(device::free);
    addresses.clear();
  }
}
