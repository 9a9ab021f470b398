package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A small pool that runs a {@link Task} over fixed tiles. Tiles are drawn one by one by whoever is
 * free, the caller among them; where a tile begins and ends never depends on the number of threads,
 * so results do not either ({@link #runRanges} hands out several, and is for tasks that give the
 * same results however their items are split). A worker joins a round only while tiles are left:
 * the caller never waits for one that has not begun, so a busy machine costs no more than its
 * processors. Several callers take turns; pools do not disturb each other. Running a task allocates
 * nothing.
 */
public final class Threads implements AutoCloseable {

  /**
   * Rounds of waiting before a worker parks: about 50 µs, longer than the gaps of a decode step.
   */
  private static final int SPINS = 2_000;

  /** A round's state: its number, then one bit for open, then the number of workers in it. */
  private static final int ROUND_SHIFT = 32;

  private static final long OPEN = 1L << 31;

  private final ImmutableList<Worker> workers;
  private final Scratch scratch = new Scratch();
  private final ReentrantLock turn = new ReentrantLock();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicLong state = new AtomicLong();
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private @Nullable Task task;
  private int items;
  private int tile;
  private int tiles;
  private boolean ranges;

  /** A pool of {@code count} threads, the caller included. */
  public Threads(int count) {
    checkArgument(count > 0, "count is %s: it must be above 0", count);
    var builder = ImmutableList.<Worker>builder();
    for (int i = 1; i < count; i++) {
      builder.add(new Worker(i));
    }
    this.workers = builder.build();
    workers.forEach(Thread::start);
  }

  /** A pool of as many threads as there are processors. */
  public static Threads ofProcessors() {
    return new Threads(Runtime.getRuntime().availableProcessors());
  }

  /** Number of threads, the caller included. */
  public int count() {
    return workers.size() + 1;
  }

  /**
   * Runs the task over {@code [0, items)} in tiles of {@code tile} items (the last may be smaller)
   * and returns when all are done. A failure in any tile is thrown here.
   */
  public void run(Task task, int items, int tile) {
    run(task, items, tile, false);
  }

  /**
   * The same over tiles of one item, of which a thread is given many neighbours at once, a thread's
   * share of those that are left: for work that reads memory best in long runs.
   */
  public void runRanges(Task task, int items) {
    run(task, items, 1, true);
  }

  private void run(Task task, int items, int tile, boolean ranges) {
    int count = (items + tile - 1) / tile;
    if (count <= 0) {
      return;
    }
    turn.lock();
    try {
      this.ranges = ranges;
      run(task, items, tile, count);
    } finally {
      turn.unlock();
    }
  }

  private void run(Task task, int items, int tile, int count) {
    if (count == 1 || workers.isEmpty()) {
      int step = ranges ? items : tile;
      scratch.begin();
      try {
        for (int from = 0; from < items; from += step) {
          task.run(from, Math.min(items, from + step), scratch);
        }
      } finally {
        scratch.end();
      }
      return;
    }
    this.task = task;
    this.items = items;
    this.tile = tile;
    this.tiles = count;
    next.setPlain(0);
    state.set((((state.get() >>> ROUND_SHIFT) + 1) << ROUND_SHIFT) | OPEN);
    for (int i = 0; i < workers.size(); i++) {
      workers.get(i).wake();
    }
    drain(scratch);
    state.getAndAdd(-OPEN);
    for (int spin = 0; (int) state.get() != 0; spin++) {
      if (spin < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      throw new IllegalStateException("a kernel failed", thrown);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
      boolean interrupted = false;
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    scratch.close();
  }

  /** Tiles of a range: a thread's share of those left, and two at the end where there are many. */
  private int share(int left) {
    int least = tiles >= 4 * count() ? 2 : 1;
    return Math.min(left, Math.max(least, left / count()));
  }

  private void drain(Scratch mine) {
    Task work = task;
    mine.begin();
    try {
      int from;
      while (work != null && (from = next.get()) < tiles) {
        int to = from + (ranges ? share(tiles - from) : 1);
        if (next.compareAndSet(from, to)) {
          work.run(from * tile, Math.min(items, to * tile), mine);
        }
      }
    } catch (Throwable e) {
      failure = e;
      next.set(tiles);
    } finally {
      mine.end();
    }
  }

  private final class Worker extends Thread {

    private volatile boolean parked;

    Worker(int number) {
      super("align4j-kernel-" + number);
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      long seen = 0;
      try (Scratch mine = new Scratch()) {
        while ((seen = enter(seen)) >= 0) {
          drain(mine);
          state.getAndDecrement();
        }
      }
    }

    /**
     * Enters an open round after {@code seen} and returns its number; −1 when the pool was closed.
     */
    private long enter(long seen) {
      for (int spin = 0; ; spin++) {
        if (closed) {
          return -1;
        }
        long now = state.get();
        if (isOpen(now, seen)) {
          if (state.compareAndSet(now, now + 1)) {
            return now >>> ROUND_SHIFT;
          }
        } else if (spin < SPINS) {
          Thread.onSpinWait();
        } else {
          parked = true;
          if (!isOpen(state.get(), seen) && !closed) {
            LockSupport.park(Threads.this);
          }
          parked = false;
          spin = 0;
        }
      }
    }

    private static boolean isOpen(long now, long seen) {
      return (now & OPEN) != 0 && now >>> ROUND_SHIFT != seen;
    }
  }
}
