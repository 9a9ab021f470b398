package org.align4j.cuda.engine.run;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.align4j.core.ops.RopeTable;
import org.align4j.cuda.driver.Device;

/** Cosines and sines in device memory, one copy per table. */
public final class RopeTables implements AutoCloseable {

  private final Device device;
  private final Map<RopeTable, Tables> tables = new HashMap<>();

  /**
   * Addresses.
   *
   * @param cos {@code [positions, half]}, as sin
   */
  public record Tables(long cos, long sin, int half) {}

  /** No tables yet. */
  public RopeTables(Device device) {
    this.device = device;
  }

  /** The copy of a table. */
  public Tables of(RopeTable table) {
    return tables.computeIfAbsent(table, this::copy);
  }

  private Tables copy(RopeTable table) {
    int half = table.rotated() / 2;
    float[] cos = new float[table.positions() * half];
    float[] sin = new float[table.positions() * half];
    for (int p = 0; p < table.positions(); p++) {
      for (int i = 0; i < half; i++) {
        cos[p * half + i] = table.cos(p, i);
        sin[p * half + i] = table.sin(p, i);
      }
    }
    return new Tables(copy(cos), copy(sin), half);
  }

  private long copy(float[] values) {
    long address = device.allocate((long) Float.BYTES * values.length);
    device.write(address, MemorySegment.ofArray(values));
    return address;
  }

  /** Bytes of the copy of a table. */
  public static long bytes(RopeTable table) {
    return (long) Float.BYTES * table.positions() * table.rotated();
  }

  @Override
  public void close() {
    tables
        .values()
        .forEach(copy -> {
          device.free(copy.cos());
          device.free(copy.sin());
        });
    tables.clear();
  }
}
