package org.align4j.cuda.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** Copies of a warp from global to shared memory that are under way, in groups. */
final class AsyncCopies {

  /**
   * A lane's copy.
   *
   * @param lane whose it is
   * @param from what it reads
   * @param source where in it
   * @param count bytes that are read; the rest become 0
   * @param target where in shared memory
   * @param size bytes that are written
   */
  record Copy(int lane, byte[] from, int source, int count, int target, int size) {}

  private final Deque<List<Copy>> groups = new ArrayDeque<>();
  private List<Copy> current = new ArrayList<>();

  /** Forgets all. */
  void clear() {
    groups.clear();
    current.clear();
  }

  /** Begins a copy. */
  void add(Copy copy) {
    current.add(copy);
  }

  /** Ends a group. */
  void commit() {
    groups.add(current);
    current = new ArrayList<>();
  }

  /** Finishes all groups but the last {@code but}. */
  void await(Warp warp, int but) {
    while (groups.size() > but) {
      for (Copy copy : groups.remove()) {
        finish(warp, copy);
      }
    }
  }

  private static void finish(Warp warp, Copy copy) {
    SharedMemory shared = warp.block.shared;
    shared.write(copy.target(), copy.size(), warp, copy.lane());
    byte[] to = shared.bytes;
    System.arraycopy(copy.from(), copy.source(), to, copy.target(), copy.count());
    Arrays.fill(to, copy.target() + copy.count(), copy.target() + copy.size(), (byte) 0);
  }
}
