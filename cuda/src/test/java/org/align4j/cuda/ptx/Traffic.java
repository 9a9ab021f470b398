package org.align4j.cuda.ptx;

import static java.lang.Integer.numberOfTrailingZeros;

/** Counts what the addresses of a warp's access cost. */
final class Traffic {

  private static final int SECTOR = 32;
  private static final int BANKS = 32;

  private Traffic() {}

  /** Wraps an access to global memory: sectors are counted before it. */
  static Op global(Address address, int size, Op access) {
    return (warp, lanes) -> {
      if (warp.checks) {
        countSectors(warp, lanes, address, size);
      }
      access.run(warp, lanes);
    };
  }

  /** Wraps an access to shared memory: passes of the banks are counted before it. */
  static Op shared(Address address, int size, Op access) {
    return (warp, lanes) -> {
      if (warp.checks) {
        countPasses(warp, lanes, address, size);
      }
      access.run(warp, lanes);
    };
  }

  /** Wraps {@code ldmatrix}: eight rows of 16 bytes a matrix. */
  static Op matrices(Address address, int count, Op access) {
    return (warp, lanes) -> {
      if (warp.checks) {
        for (int i = 0; i < count; i++) {
          warp.counts.addPasses(passes(warp, 0xff << (8 * i), address, 16), 1);
        }
      }
      access.run(warp, lanes);
    };
  }

  private static void countSectors(Warp warp, int lanes, Address address, int size) {
    long[] seen = new long[2 * Warp.LANES];
    int count = 0;
    for (int m = lanes; m != 0; m &= m - 1) {
      long from = address.of(warp, numberOfTrailingZeros(m));
      for (long sector = from / SECTOR; sector <= (from + size - 1) / SECTOR; sector++) {
        if (!contains(seen, 0, count, sector) && count < seen.length) {
          seen[count++] = sector;
        }
      }
    }
    int least = (Integer.bitCount(lanes) * size + SECTOR - 1) / SECTOR;
    // Lanes that read the same take less than that.
    warp.counts.addSectors(count, Math.min(count, least));
  }

  private static void countPasses(Warp warp, int lanes, Address address, int size) {
    // Accesses of 8 and 16 bytes are made by halves and quarters of the warp.
    int part = Math.min(Warp.LANES, 4 * Warp.LANES / Math.max(4, size));
    int group = part == Warp.LANES ? -1 : (1 << part) - 1;
    int passes = 0;
    int least = 0;
    for (int from = 0; from < Warp.LANES; from += part) {
      int some = lanes & group << from;
      if (some != 0) {
        passes += passes(warp, some, address, size);
        least++;
      }
    }
    warp.counts.addPasses(passes, least);
  }

  private static int passes(Warp warp, int lanes, Address address, int size) {
    long[] words = new long[Warp.LANES];
    int count = 0;
    int[] ofBank = new int[BANKS];
    int most = 1;
    for (int m = lanes; m != 0; m &= m - 1) {
      long from = address.of(warp, numberOfTrailingZeros(m)) >> 2;
      for (long word = from; word < from + Math.max(1, size / 4); word++) {
        if (!contains(words, 0, count, word)) {
          words[count++] = word;
          most = Math.max(most, ++ofBank[(int) (word & BANKS - 1)]);
        }
      }
    }
    return most;
  }

  private static boolean contains(long[] values, int from, int to, long value) {
    for (int i = to - 1; i >= from; i--) {
      if (values[i] == value) {
        return true;
      }
    }
    return false;
  }
}
