package org.align4j.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** Global memory: allocations with gaps between them, so that what is beside one is in none. */
final class DeviceMemory {

  private static final long FIRST = 0x7000_0000_0000L;
  private static final long GAP = 4096;

  private final long size;
  private final boolean checks;
  private final TreeMap<Long, Allocation> allocations = new TreeMap<>();
  private long next = FIRST;
  private long taken;

  DeviceMemory(long size, boolean checks) {
    this.size = size;
    this.checks = checks;
  }

  synchronized long allocate(long bytes) {
    if (bytes < 0 || bytes > free()) {
      throw new PtxFault("out of memory: %d bytes are asked for, %d are free", bytes, free());
    }
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new PtxFault("an emulated allocation has less than 2 GiB, not %d bytes", bytes);
    }
    long address = next;
    allocations.put(address, new Allocation(this, address, (int) bytes, checks));
    next += (bytes + 255) / 256 * 256 + GAP;
    taken += bytes;
    return address;
  }

  synchronized void free(long address) {
    Allocation allocation = allocations.remove(address);
    if (allocation == null) {
      throw new PtxFault("free of 0x%x, which was not allocated or is free already", address);
    }
    allocation.live = false;
    taken -= allocation.length;
  }

  synchronized long free() {
    return size - taken;
  }

  /** What an access is in. */
  synchronized Allocation find(long address, long bytes) {
    Map.Entry<Long, Allocation> below = allocations.floorEntry(address);
    if (below == null) {
      throw new PtxFault("%d bytes at 0x%x are outside every allocation", bytes, address);
    }
    Allocation allocation = below.getValue();
    if (address - allocation.address > allocation.length - bytes) {
      throw new PtxFault(
          "%d bytes at 0x%x are outside every allocation: the one before has %d bytes and ends %d"
              + " bytes before them",
          bytes, address, allocation.length, address - allocation.address - allocation.length);
    }
    return allocation;
  }

  private static int length(MemorySegment host) {
    return Math.toIntExact(host.byteSize());
  }

  void write(long address, MemorySegment host) {
    int bytes = length(host);
    if (bytes == 0) {
      return;
    }
    Allocation to = find(address, bytes);
    int place = to.place(address, bytes);
    MemorySegment.copy(host, 0, MemorySegment.ofArray(to.bytes), place, bytes);
    to.write(place, bytes);
  }

  void read(long address, MemorySegment host) {
    int bytes = length(host);
    if (bytes == 0) {
      return;
    }
    Allocation from = find(address, bytes);
    MemorySegment.copy(
        MemorySegment.ofArray(from.bytes), from.place(address, bytes), host, 0, bytes);
  }

  void copy(long from, long to, long bytes) {
    if (bytes == 0) {
      return;
    }
    if (from < to + bytes && to < from + bytes) {
      throw new PtxFault("a copy of %d bytes from 0x%x to 0x%x overlaps", bytes, from, to);
    }
    Allocation source = find(from, bytes);
    Allocation target = find(to, bytes);
    int size = (int) bytes;
    target.copy(target.place(to, size), source, source.place(from, size), size);
  }

  void fill(long address, int word, long words) {
    if (words == 0) {
      return;
    }
    if ((address & 3) != 0) {
      throw new PtxFault("a fill of words at 0x%x is misaligned", address);
    }
    Allocation to = find(address, 4 * words);
    int place = to.place(address, (int) (4 * words));
    for (int i = 0; i < words; i++) {
      Bytes.INT.set(to.bytes, place + 4 * i, word);
    }
    to.write(place, (int) (4 * words));
  }
}
