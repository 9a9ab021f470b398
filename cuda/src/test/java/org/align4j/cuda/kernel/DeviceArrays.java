package org.align4j.cuda.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.cuda.driver.Device;

/** Arrays of a test, on the device and in host memory. */
final class DeviceArrays implements AutoCloseable {

  private final Device device;
  private final NativeMemory memory = new NativeMemory();
  private final Random random;

  /** On this device; it is closed with them. */
  DeviceArrays(Device device, long seed) {
    this.device = device;
    this.random = new Random(seed);
  }

  /** One matrix in both memories. */
  record Both(Matrix host, DeviceMatrix device) {}

  /**
   * Normal numbers, in a wider matrix from some column on.
   *
   * @param pitch floats from row to row
   */
  Both normal(int rows, int columns, int from, int pitch) {
    NativeFloats floats = memory.allocate((long) rows * pitch);
    for (long i = 0; i < floats.length(); i++) {
      floats.set(i, (float) random.nextGaussian());
    }
    DeviceMatrix all = DeviceMatrix.dense(upload(floats.toArray()), rows, pitch);
    return new Both(
        floats.matrix(pitch).columns(from, from + columns), all.columns(from, from + columns));
  }

  /** Normal numbers. */
  Both normal(int rows, int columns) {
    return normal(rows, columns, 0, columns);
  }

  Device device() {
    return device;
  }

  /** Host memory. */
  NativeFloats host(float[] values) {
    NativeFloats floats = memory.allocate(values.length);
    floats.copyFrom(values, 0, values.length);
    return floats;
  }

  /** So many normal numbers. */
  float[] normals(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Device memory that nobody wrote. */
  long allocate(long bytes) {
    return device.allocate(bytes);
  }

  long upload(float[] values) {
    return upload(MemorySegment.ofArray(values));
  }

  long upload(int[] values) {
    return upload(MemorySegment.ofArray(values));
  }

  long upload(double[] values) {
    return upload(MemorySegment.ofArray(values));
  }

  long upload(short[] values) {
    return upload(MemorySegment.ofArray(values));
  }

  private long upload(MemorySegment values) {
    long address = device.allocate(Math.max(16, values.byteSize()));
    device.write(address, values);
    return address;
  }

  float[] floats(long address, int count) {
    float[] values = new float[count];
    device.read(address, MemorySegment.ofArray(values));
    return values;
  }

  int[] ints(long address, int count) {
    int[] values = new int[count];
    device.read(address, MemorySegment.ofArray(values));
    return values;
  }

  double[] doubles(long address, int count) {
    double[] values = new double[count];
    device.read(address, MemorySegment.ofArray(values));
    return values;
  }

  /** Rows of a matrix, one after the other. */
  float[] floats(DeviceMatrix matrix) {
    float[] all = new float[matrix.rows() * matrix.columns()];
    for (int n = 0; n < matrix.rows(); n++) {
      float[] row = floats(matrix.rows(n, n + 1).address(), matrix.columns());
      System.arraycopy(row, 0, all, n * matrix.columns(), row.length);
    }
    return all;
  }

  /** Rows of a matrix, one after the other. */
  static float[] floats(Matrix matrix) {
    float[] all = new float[matrix.rows() * matrix.columns()];
    for (int n = 0; n < matrix.rows(); n++) {
      for (int c = 0; c < matrix.columns(); c++) {
        all[n * matrix.columns() + c] = matrix.get(n, c);
      }
    }
    return all;
  }

  @Override
  public void close() {
    memory.close();
    device.close();
  }
}
