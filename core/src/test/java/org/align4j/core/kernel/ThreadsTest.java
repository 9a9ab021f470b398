package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ThreadsTest {

  @Test
  void everyItemIsDoneOnceWhateverTheThreads() {
    for (int count : new int[] {1, 2, 5}) {
      try (Threads threads = new Threads(count)) {
        for (int items : new int[] {0, 1, 7, 100}) {
          AtomicIntegerArray done = new AtomicIntegerArray(items + 1);
          Task task =
              (from, to, scratch) -> {
                for (int i = from; i < to; i++) {
                  done.incrementAndGet(i);
                }
              };
          for (int round = 0; round < 25; round++) {
            threads.run(task, items, 3);
            threads.runRanges(task, items);
          }
          for (int i = 0; i < items; i++) {
            assertThat(done.get(i)).isEqualTo(50);
          }
        }
      }
    }
  }

  @Test
  void tilesDoNotDependOnTheThreads() {
    try (Threads threads = new Threads(3)) {
      AtomicIntegerArray ends = new AtomicIntegerArray(10);
      threads.run((from, to, scratch) -> ends.set(from, to), 10, 4);
      assertThat(ends.get(0)).isEqualTo(4);
      assertThat(ends.get(4)).isEqualTo(8);
      assertThat(ends.get(8)).isEqualTo(10);
    }
  }

  @Test
  void aRangeIsAThreadsShareOfWhatIsLeft() {
    for (int count : new int[] {1, 2, 5}) {
      try (Threads threads = new Threads(count)) {
        AtomicIntegerArray ends = new AtomicIntegerArray(40);
        threads.runRanges((from, to, scratch) -> ends.set(from, to), 40);
        assertThat(ends.get(0)).isEqualTo(40 / count);
        for (int from = 0; from < 40; from = ends.get(from)) {
          assertThat(ends.get(from)).isGreaterThanOrEqualTo(Math.min(40, from + 2));
        }
      }
    }
  }

  @Test
  void aFailureReachesTheCallerAndThePoolGoesOn() {
    for (int count : new int[] {1, 2}) {
      try (Threads threads = new Threads(count)) {
        Task failing =
            (from, to, scratch) -> {
              throw new ArithmeticException("tile " + from);
            };
        assertThatThrownBy(() -> threads.run(failing, 1, 1))
            .hasStackTraceContaining("ArithmeticException: tile 0");
        assertThatThrownBy(() -> threads.run(failing, 8, 1))
            .hasStackTraceContaining("ArithmeticException: tile");
        int[] done = new int[8];
        threads.run((from, to, scratch) -> done[from]++, 8, 1);
        assertThat(done).containsOnly(1);
      }
    }
  }

  /** What is linked once, when a worker is first woken, comes before the count. */
  @Test
  @Tag("isolated")
  void runningATaskAllocatesNothing() throws InterruptedException {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Threads threads = new Threads(2)) {
      int[] sum = new int[16];
      Task task = (from, to, scratch) -> sum[from] += to;
      for (int i = 0; i < 20; i++) {
        threads.run(task, 16, 1);
        // Long enough for the worker to park.
        Thread.sleep(5);
      }
      bean.getCurrentThreadAllocatedBytes();
      long before = bean.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        threads.run(task, 16, 1);
      }
      assertThat(bean.getCurrentThreadAllocatedBytes() - before).isZero();
    }
  }
}
