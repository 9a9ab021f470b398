package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Memory of a device in the order of its stream: from the driver's pool, which keeps what is freed,
 * where the driver has pools.
 */
final class DeviceMemory {

  private static final int OUT_OF_MEMORY = 2;
  private static final int POOLS_SUPPORTED = 115;
  private static final int RELEASE_THRESHOLD = 4;
  private static final int RESERVED = 5;
  private static final int USED = 7;

  private final DriverApi api;
  private final long stream;
  private final DeviceProperties device;
  private final MemorySegment out;
  private final long pool;

  DeviceMemory(
      DriverApi api, long stream, int ordinal, DeviceProperties device, MemorySegment out) {
    this.api = api;
    this.stream = stream;
    this.device = device;
    this.out = out;
    if (Cuda.attribute(api.library, POOLS_SUPPORTED, ordinal, out) == 0) {
      pool = 0;
    } else {
      api.defaultMemPool.run(out.address(), ordinal);
      pool = out.get(JAVA_LONG, 0);
      out.set(JAVA_LONG, 0, -1);
      api.memPoolSet.run(pool, RELEASE_THRESHOLD, out.address());
    }
  }

  /**
   * @throws CudaUnavailableException if there is not so much left
   */
  long allocate(long bytes) {
    Entry entry = pool == 0 ? api.memAlloc : api.memAllocAsync;
    int status =
        pool == 0 ? entry.status(out.address(), bytes) : entry.status(out.address(), bytes, stream);
    if (status == OUT_OF_MEMORY) {
      throw new CudaUnavailableException(
          String.format(
              Locale.ROOT,
              "The GPU's memory is used up: %d MiB more were asked for, %d MiB of the %d MiB of %s"
                  + " are free; take a smaller batch or model, or end what else runs on the GPU.",
              Math.ceilDiv(bytes, 1L << 20),
              free() >> 20,
              device.memory() >> 20,
              device.name()));
    }
    entry.check(status);
    return out.get(JAVA_LONG, 0);
  }

  void free(long address) {
    if (pool == 0) {
      api.memFree.run(address);
    } else {
      api.memFreeAsync.run(address, stream);
    }
  }

  long free() {
    api.memGetInfo.run(out.address(), out.address() + 8);
    long free = out.get(JAVA_LONG, 0);
    return pool == 0 ? free : free + pooled(RESERVED) - pooled(USED);
  }

  private long pooled(int which) {
    api.memPoolGet.run(pool, which, out.address());
    return out.get(JAVA_LONG, 0);
  }
}
