package org.align4j.core.kernel.vector;

import static org.align4j.core.kernel.vector.lanes.Lanes.BYTES;
import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;
import static org.align4j.core.kernel.vector.lanes.Lanes.zero;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;

/** The memory bound of this machine: how fast all threads of a pool read floats in order. */
public final class MemoryBandwidth {

  private static final int TILE = 1 << 20;
  private static final int REPETITIONS = 5;

  private MemoryBandwidth() {}

  /** Best of five passes over 1 GiB, in GB/s (1e9 bytes). */
  public static double gigabytes(Threads threads) {
    return gigabytes(threads, 1 << 28, REPETITIONS);
  }

  static double gigabytes(Threads threads, int floats, int repetitions) {
    try (NativeMemory memory = new NativeMemory()) {
      NativeFloats data = memory.allocate(floats);
      // Pages that nobody wrote are all one page of zeros, which stays in the cache.
      threads.run(
          (from, to, scratch) -> VectorRows.zero(data.address() + 4L * from, to - from),
          floats,
          TILE);
      Task read =
          (from, to, scratch) ->
              read(data.address() + 4L * from, to - from, scratch.address(COUNT));
      double best = 0;
      for (int i = 0; i <= repetitions; i++) {
        long start = System.nanoTime();
        threads.run(read, floats, TILE);
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (i > 0) {
          best = Math.max(best, 4.0 * floats / seconds * 1e-9);
        }
      }
      return best;
    }
  }

  static void read(long x, int count, long sink) {
    FloatVector a = zero();
    FloatVector b = zero();
    FloatVector c = zero();
    FloatVector d = zero();
    for (int i = 0; i < count; i += 4 * COUNT) {
      a = load(x + 4L * i).add(a);
      b = load(x + 4L * i + BYTES).add(b);
      c = load(x + 4L * i + 2 * BYTES).add(c);
      d = load(x + 4L * i + 3 * BYTES).add(d);
    }
    store(a.add(b).add(c.add(d)), sink);
  }
}
