package org.align4j.core.kernel.memory;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Zeroed native float memory, freed at once by {@link #close}. Allocations of 4 MiB and more ask
 * the system for huge pages: on one machine 32 in place of 20 GB/s when weights are streamed.
 * Medium ones are cut from slabs of such pages, so that the many weights of a model lie in them
 * too. Not for several threads at once.
 */
public final class NativeMemory implements AutoCloseable {

  private static final long HUGE = 2 * SystemMemory.HUGE_PAGE;
  private static final long MEDIUM = HUGE / 16;
  private static final long SLAB = 8 * HUGE;

  private final Map<Long, Runnable> releases = new HashMap<>();
  private final List<Runnable> slabs = new ArrayList<>();
  private long slab;
  private long slabEnd;
  private boolean closed;

  /** Zeros, aligned to 64 bytes (to 2 MiB from 4 MiB on). */
  public NativeFloats allocate(long count) {
    checkState(!closed, "the native memory is closed");
    checkArgument(count > 0, "count is %s: it must be above 0", count);
    long bytes = count * Float.BYTES;
    if (bytes >= MEDIUM && bytes < HUGE) {
      long address = cut(bytes);
      if (address != 0) {
        return new NativeFloats(this, address, count);
      }
    }
    long address = bytes >= HUGE ? mapHuge(bytes) : 0;
    if (address == 0) {
      Arena arena = Arena.ofShared();
      address = arena.allocate(bytes, 64).address();
      releases.put(address, arena::close);
    }
    return new NativeFloats(this, address, count);
  }

  /** A piece of a slab, or 0. */
  private long cut(long bytes) {
    long size = (bytes + 63) & -64;
    if (slabEnd - slab < size) {
      long fresh = mapHuge(SLAB);
      if (fresh == 0) {
        return 0;
      }
      slab = fresh;
      slabEnd = fresh + SLAB;
      slabs.add(releases.remove(fresh));
    }
    long address = slab;
    slab += size;
    releases.put(address, () -> {});
    return address;
  }

  /** Pages aligned to 2 MiB, or 0. */
  private long mapHuge(long bytes) {
    SystemMemory system = SystemMemory.INSTANCE;
    if (system == null) {
      return 0;
    }
    long size = bytes + SystemMemory.HUGE_PAGE;
    long start = system.map(size);
    if (start == 0) {
      return 0;
    }
    long address = (start + SystemMemory.HUGE_PAGE - 1) & -SystemMemory.HUGE_PAGE;
    releases.put(address, () -> system.unmap(start, size));
    return address;
  }

  /**
   * Gives back to the system what the C library keeps for later of memory that was freed: half a
   * gigabyte of a model's closed ND4J arrays. Takes milliseconds.
   */
  public static void trim() {
    SystemMemory system = SystemMemory.INSTANCE;
    if (system != null) {
      system.trim();
    }
  }

  /** Frees one allocation; a piece of a slab goes with the slab, at {@link #close}. */
  public void free(NativeFloats floats) {
    Runnable release = releases.remove(floats.address());
    checkArgument(release != null, "the memory to free was not allocated here");
    release.run();
  }

  @Override
  public void close() {
    closed = true;
    releases.values().forEach(Runnable::run);
    slabs.forEach(Runnable::run);
    releases.clear();
  }
}
