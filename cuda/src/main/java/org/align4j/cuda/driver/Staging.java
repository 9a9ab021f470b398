package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Pinned host memory that copies go through. Uploads fill two halves in turn, and wait only where
 * the half that comes next is still being copied; downloads have a part of their own.
 */
final class Staging implements AutoCloseable {

  /** Enough for the tokens of a step; weights go through in pieces. */
  private static final long HALF = 4L << 20;

  private static final long ALIGNMENT = 64;

  private final DriverApi api;
  private final long stream;
  private final MemorySegment memory;
  private final long[] copied = new long[2];
  private int half;
  private long used;

  Staging(DriverApi api, long stream, MemorySegment out) {
    this.api = api;
    this.stream = stream;
    api.memAllocHost.run(out.address(), 3 * HALF);
    memory = MemorySegment.ofAddress(out.get(JAVA_LONG, 0)).reinterpret(3 * HALF);
    for (int i = 0; i < 2; i++) {
      api.eventCreate.run(out.address(), 2); // without a time
      copied[i] = out.get(JAVA_LONG, 0);
    }
  }

  void write(long address, MemorySegment host) {
    for (long done = 0; done < host.byteSize(); ) {
      if (used >= HALF) {
        api.eventRecord.run(copied[half], stream);
        half = 1 - half;
        used = 0;
        // An event that was never recorded is done.
        api.eventSynchronize.run(copied[half]);
      }
      long size = Math.min(host.byteSize() - done, HALF - used);
      MemorySegment piece = memory.asSlice(half * HALF + used, size);
      piece.copyFrom(host.asSlice(done, size));
      api.copyToDevice.run(address + done, piece.address(), size, stream);
      used = Math.ceilDiv(used + size, ALIGNMENT) * ALIGNMENT;
      done += size;
    }
  }

  void read(long address, MemorySegment host) {
    for (long done = 0; done < host.byteSize(); ) {
      long size = Math.min(host.byteSize() - done, HALF);
      api.copyToHost.run(memory.address() + 2 * HALF, address + done, size, stream);
      api.streamSynchronize.run(stream);
      MemorySegment.copy(memory, JAVA_BYTE, 2 * HALF, host, JAVA_BYTE, done, size);
      done += size;
    }
  }

  @Override
  public void close() {
    for (long event : copied) {
      api.eventDestroy.run(event);
    }
    api.memFreeHost.run(memory.address());
  }
}
