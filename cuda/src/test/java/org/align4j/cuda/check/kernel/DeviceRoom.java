package org.align4j.cuda.check.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Weight;

/** Operands in device memory; closing frees them. What nobody wrote is NaN. */
final class DeviceRoom implements AutoCloseable {

  private static final int NAN = 0x7fc0dead;

  private final Device device;
  private final List<Long> addresses = new ArrayList<>();

  DeviceRoom(Device device) {
    this.device = device;
  }

  Device device() {
    return device;
  }

  /** Memory of so many 32-bit words. */
  long words(long count) {
    long address = device.allocate(4 * Math.max(1, count));
    addresses.add(address);
    device.fill(address, NAN, Math.max(1, count));
    return address;
  }

  private long put(MemorySegment host) {
    long address = words((host.byteSize() + 3) / 4);
    device.write(address, host);
    return address;
  }

  long floats(float[] values) {
    return put(MemorySegment.ofArray(values));
  }

  long ints(int[] values) {
    return put(MemorySegment.ofArray(values));
  }

  long doubles(double[] values) {
    return put(MemorySegment.ofArray(values));
  }

  long shorts(short[] values) {
    return put(MemorySegment.ofArray(values));
  }

  /** Rows an odd number of floats apart. */
  DeviceMatrix matrix(Table table) {
    return matrix(table, table.columns() + 3 - table.columns() % 2);
  }

  /** Rows at multiples of 16 bytes. */
  DeviceMatrix aligned(Table table) {
    return matrix(table, (table.columns() + 3) / 4 * 4 + 4);
  }

  /** In bfloat16, cut off, rows at multiples of 16 bytes. */
  Weight stored(Table table) {
    int pitch = (table.columns() + 7) / 8 * 8;
    short[] padded = new short[table.rows() * pitch];
    for (int r = 0; r < table.rows(); r++) {
      for (int c = 0; c < table.columns(); c++) {
        padded[r * pitch + c] =
            (short) (Float.floatToRawIntBits((float) table.at(r, c)) >>> Short.SIZE);
      }
    }
    return new Weight(shorts(padded), table.rows(), table.columns(), pitch, true);
  }

  private DeviceMatrix matrix(Table table, int pitch) {
    float[] padded = new float[table.rows() * pitch];
    Arrays.fill(padded, Float.NaN);
    for (int r = 0; r < table.rows(); r++) {
      System.arraycopy(table.values(), r * table.columns(), padded, r * pitch, table.columns());
    }
    return new DeviceMatrix(floats(padded), table.rows(), table.columns(), pitch);
  }

  /** Not yet written, rows an odd number of floats apart. */
  DeviceMatrix matrix(int rows, int columns) {
    int pitch = columns + 3 - columns % 2;
    return new DeviceMatrix(words((long) rows * pitch), rows, columns, pitch);
  }

  /** Not yet written, rows at multiples of 16 bytes. */
  DeviceMatrix aligned(int rows, int columns) {
    int pitch = (columns + 3) / 4 * 4 + 4;
    return new DeviceMatrix(words((long) rows * pitch), rows, columns, pitch);
  }

  double[] read(DeviceMatrix matrix) {
    double[] padded = readFloats(matrix.address(), matrix.rows() * matrix.pitch());
    double[] values = new double[matrix.rows() * matrix.columns()];
    for (int r = 0; r < matrix.rows(); r++) {
      System.arraycopy(padded, r * matrix.pitch(), values, r * matrix.columns(), matrix.columns());
    }
    return values;
  }

  double[] readFloats(long address, int count) {
    float[] values = new float[count];
    device.read(address, MemorySegment.ofArray(values));
    return Table.widened(values);
  }

  double[] readInts(long address, int count) {
    int[] values = new int[count];
    device.read(address, MemorySegment.ofArray(values));
    return Arrays.stream(values).asDoubleStream().toArray();
  }

  double[] readDoubles(long address, int count) {
    double[] values = new double[count];
    device.read(address, MemorySegment.ofArray(values));
    return values;
  }

  @Override
  public void close() {
    addresses.forEach(device::free);
    addresses.clear();
  }
}
