package org.align4j.cuda.ptx;

import java.util.Arrays;

/**
 * A block's shared memory. Where it checks, it remembers who wrote and who read each part since the
 * last barrier.
 *
 * <p>Two accesses of different threads to the same place, one of them a write, are a race unless a
 * barrier of the block lies between them, or one of the warp if both are of one warp.
 */
final class SharedMemory {

  /**
   * In the place of a thread: several of several warps; several of the warp whose number is added.
   */
  private static final int MANY = 0xfff;

  private static final int OF_WARP = 0x800;

  final byte[] bytes;
  private final int shift;
  private final boolean checks;

  // Of each part: epoch of the block (32 bits), of the warp (20), thread + 1 (12).
  private final long[] writer;
  private final long[] reader;
  private final boolean[] flying;
  private int epoch;
  private int first;

  SharedMemory(int size, int granule, boolean checks) {
    bytes = new byte[size];
    shift = Integer.numberOfTrailingZeros(granule);
    this.checks = checks;
    int parts = checks ? (size >> shift) + 1 : 0;
    writer = new long[parts];
    reader = new long[parts];
    flying = new boolean[parts];
  }

  /** Begins a block: nothing is written. */
  void begin() {
    Arrays.fill(bytes, (byte) -1);
    Arrays.fill(flying, false);
    epoch++;
    first = epoch;
  }

  /** All threads of the block have met. */
  void barrier() {
    epoch++;
  }

  /** Checks that an access is inside and aligned. */
  int place(long address, int size) {
    if (address < 0 || address + size > bytes.length) {
      throw new PtxFault(
          "%d bytes at %d of shared memory, which has %d", size, address, bytes.length);
    }
    if ((address & size - 1) != 0) {
      throw new PtxFault("%d bytes at %d of shared memory are misaligned", size, address);
    }
    return (int) address;
  }

  /** A thread reads. */
  void read(int place, int size, Warp warp, int lane) {
    if (!checks) {
      return;
    }
    int thread = warp.index * Warp.LANES + lane;
    long own = own(warp, thread);
    for (int part = place >> shift; part << shift < place + size; part++) {
      long wrote = writer[part];
      if (wrote >>> 32 < first) {
        throw new PtxFault(
            "thread %d reads byte %d of shared memory, which nobody wrote", thread, part << shift);
      }
      if (flying[part]) {
        throw new PtxFault(
            "thread %d reads byte %d of shared memory, where an asynchronous copy is under way",
            thread, part << shift);
      }
      if (races(wrote, own)) {
        throw new PtxFault(
            "race: thread %d reads byte %d of shared memory, which thread %d wrote since the last"
                + " barrier",
            thread, part << shift, (wrote & MANY) - 1);
      }
      long read = reader[part];
      if (read != own) {
        // Of several readers only those that a later write must not follow are of interest.
        reader[part] = races(read, own) ? keep(read, own) : own;
      }
    }
  }

  private static long keep(long read, long own) {
    int warp = warp((int) (own & MANY));
    return warp((int) (read & MANY)) == warp ? (own & ~MANY) | (OF_WARP + warp) : own | MANY;
  }

  private static int warp(int thread) {
    return thread == MANY ? -1 : thread >= OF_WARP ? thread - OF_WARP : (thread - 1) / Warp.LANES;
  }

  /** A thread writes. */
  void write(int place, int size, Warp warp, int lane) {
    if (checks) {
      mark(place, size, warp, lane, false);
    }
  }

  /** An asynchronous copy begins ({@code flies}) that will write. */
  void begin(int place, int size, Warp warp, int lane) {
    if (checks) {
      mark(place, size, warp, lane, true);
    }
  }

  private void mark(int place, int size, Warp warp, int lane, boolean flies) {
    int thread = warp.index * Warp.LANES + lane;
    long own = own(warp, thread);
    for (int part = place >> shift; part << shift < place + size; part++) {
      long wrote = writer[part];
      if (races(wrote, own)) {
        throw new PtxFault(
            "race: threads %d and %d write byte %d of shared memory without a barrier between them",
            (wrote & MANY) - 1, thread, part << shift);
      }
      if (flies && flying[part]) {
        throw new PtxFault(
            "thread %d begins a copy to byte %d of shared memory, where one is under way",
            thread, part << shift);
      }
      long read = reader[part];
      if (races(read, own)) {
        throw new PtxFault(
            "race: thread %d writes byte %d of shared memory, which %s read since the last barrier",
            thread,
            part << shift,
            (read & MANY) >= OF_WARP ? "several threads" : "thread " + ((read & MANY) - 1));
      }
      writer[part] = own;
      flying[part] = flies;
    }
  }

  private long own(Warp warp, int thread) {
    return ((long) epoch << 32) | ((warp.epoch & 0xfffffL) << 12) | (thread + 1);
  }

  /** Whether an earlier access is not ordered before this one. */
  private static boolean races(long earlier, long own) {
    if (earlier == own || earlier >>> 32 != own >>> 32) {
      return false;
    }
    int other = (int) (earlier & MANY);
    int thread = (int) (own & MANY);
    return other != thread
        && (warp(other) != warp(thread)
            || ((earlier >>> 12) & 0xfffff) == ((own >>> 12) & 0xfffff));
  }
}
