package org.align4j.cuda.engine.run;

import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.MemorySegment;
import org.align4j.cuda.driver.Device;

/**
 * Device memory that grows when more is asked for, and stays. What it held is then lost. Its
 * address is the same as long as it does not grow, so that recorded work can read it again.
 */
public final class DeviceBuffer implements AutoCloseable {

  private static final long LEAST = 256;

  private final Device device;
  private long address;
  private long room;

  /** No memory yet. */
  public DeviceBuffer(Device device) {
    this.device = device;
  }

  /** Makes room for so many bytes; answers the address. */
  public long reserve(long bytes) {
    if (room < bytes) {
      close();
      address = device.allocate(Math.max(LEAST, bytes));
      room = Math.max(LEAST, bytes);
    }
    return address;
  }

  /** The same with some to spare, for what grows from batch to batch. */
  public long reserveMore(long bytes) {
    return room < bytes ? reserve(bytes + bytes / 2) : address;
  }

  /** Copies the first of these to the device; answers the address. */
  public long set(int[] values, int count) {
    reserveMore((long) Integer.BYTES * count);
    if (count > 0) {
      device.write(address, MemorySegment.ofArray(values).asSlice(0, (long) Integer.BYTES * count));
    }
    return address;
  }

  /** Copies the first of these to the device; answers the address. */
  public long set(float[] values, int count) {
    reserveMore((long) Float.BYTES * count);
    if (count > 0) {
      device.write(address, MemorySegment.ofArray(values).asSlice(0, (long) Float.BYTES * count));
    }
    return address;
  }

  /** The address of what it holds. */
  public long address() {
    checkState(address != 0, "nothing was put into this buffer");
    return address;
  }

  /** Gives the memory back; more may be asked for later. */
  @Override
  public void close() {
    if (address != 0) {
      device.free(address);
      address = 0;
      room = 0;
    }
  }
}
