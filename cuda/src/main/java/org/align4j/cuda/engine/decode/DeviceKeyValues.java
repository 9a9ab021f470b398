package org.align4j.cuda.engine.decode;

import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.ops.Heads;
import org.align4j.core.plan.run.CacheStore;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.run.Gpu;
import org.align4j.cuda.kernel.DeviceMatrix;

/**
 * Keys and values of one attention in device memory, {@code [rows, Hk·d]} each, with a block of
 * rows behind them for what nobody will read.
 */
final class DeviceKeyValues implements CacheStore, AutoCloseable {

  /** Rows for what nobody will read. */
  static final int SPARE = AttentionKernels.KEY_BLOCK;

  private final Gpu gpu;
  private final Device device;
  private final int columns;
  private long keys;
  private long values;
  private int rows;
  private int moves;

  DeviceKeyValues(Gpu gpu, Heads heads) {
    this.gpu = gpu;
    this.device = gpu.device();
    this.columns = heads.key() * heads.headDim();
  }

  @Override
  public void grow(int more) {
    synchronized (gpu) {
      keys = grown(keys, more);
      values = grown(values, more);
      rows = more;
      moves++;
    }
  }

  private long grown(long old, int more) {
    long larger = device.allocate(bytes(more + SPARE));
    if (old != 0) {
      device.copy(old, larger, bytes(rows));
      device.free(old);
    }
    return larger;
  }

  private long bytes(int count) {
    return (long) Float.BYTES * count * columns;
  }

  @Override
  public void copyBlocks(int from, int to, int count) {
    synchronized (gpu) {
      copyBlocks(keys, from, to, count);
      copyBlocks(values, from, to, count);
    }
  }

  /** A copy of the device takes ranges that do not overlap: as many rows at once as are between. */
  private void copyBlocks(long address, int from, int to, int count) {
    int between = Math.abs(from - to);
    if (between == 0) {
      return;
    }
    int pieces = Math.ceilDiv(count, between);
    for (int i = 0; i < pieces; i++) {
      int piece = to < from ? i : pieces - 1 - i;
      int start = piece * between;
      int size = Math.min(between, count - start);
      device.copy(address + bytes(from + start), address + bytes(to + start), bytes(size));
    }
  }

  /** Rows, without the spare ones behind them. */
  int rows() {
    return rows;
  }

  /** Changes when the memory has moved. */
  int moves() {
    return moves;
  }

  DeviceMatrix keys() {
    return DeviceMatrix.dense(keys, rows + SPARE, columns);
  }

  DeviceMatrix values() {
    return DeviceMatrix.dense(values, rows + SPARE, columns);
  }

  @Override
  public void close() {
    if (keys != 0) {
      device.free(keys);
      device.free(values);
      keys = 0;
      values = 0;
    }
  }
}
