package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/**
 * Zeroed native float memory, freed at once by {@link #close}. Allocations of 4 MiB and more ask
 * the system for huge pages: on one machine 32 in place of 20 GB/s when weights are streamed. Not
 * for several threads at once.
 */
public final class NativeMemory implements AutoCloseable {

  private static final long HUGE = 2 * SystemMemory.HUGE_PAGE;

  private final Map<Long, Runnable> releases = new HashMap<>();
  private boolean closed;

  /** Zeros, aligned to 64 bytes (to 2 MiB from 4 MiB on). */
  public Floats allocate(long count) {
    checkState(!closed, "the native memory is closed");
    checkArgument(count > 0, "count is %s: it must be above 0", count);
    long bytes = count * Float.BYTES;
    SystemMemory system = SystemMemory.INSTANCE;
    if (bytes >= HUGE && system != null) {
      long size = bytes + SystemMemory.HUGE_PAGE;
      long start = system.map(size);
      if (start != 0) {
        long address = (start + SystemMemory.HUGE_PAGE - 1) & -SystemMemory.HUGE_PAGE;
        releases.put(address, () -> system.unmap(start, size));
        return new Floats(this, address, count);
      }
    }
    Arena arena = Arena.ofShared();
    long address = arena.allocate(bytes, 64).address();
    releases.put(address, arena::close);
    return new Floats(this, address, count);
  }

  /** Frees one allocation. */
  public void free(Floats floats) {
    Runnable release = releases.remove(floats.address());
    checkArgument(release != null, "the memory to free was not allocated here");
    release.run();
  }

  @Override
  public void close() {
    closed = true;
    releases.values().forEach(Runnable::run);
    releases.clear();
  }
}
