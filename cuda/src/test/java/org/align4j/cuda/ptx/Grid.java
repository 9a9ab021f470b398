package org.align4j.cuda.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs the blocks of a launch, several at a time. */
final class Grid {

  private static final int WORKERS = Math.min(4, Runtime.getRuntime().availableProcessors());
  private static final ExecutorService POOL =
      Executors.newFixedThreadPool(
          WORKERS,
          task -> {
            Thread thread = new Thread(task, "emulated GPU");
            thread.setDaemon(true);
            return thread;
          });

  /** Runs a launch to its end; throws what went wrong first. */
  void run(Launch launch, Counts counts) {
    int[] order = launch.order().of(launch.blocks());
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean failed = new AtomicBoolean();
    Runnable work =
        () -> {
          Counts own = new Counts();
          Block block = new Block(launch, own);
          try {
            for (int i = next.getAndIncrement();
                i < order.length && !failed.get();
                i = next.getAndIncrement()) {
              block.run(order[i]);
            }
          } catch (Throwable e) {
            failed.set(true);
            throw e;
          } finally {
            counts.add(own);
          }
        };
    // A race is seen for certain only if the blocks that run it follow one another.
    int workers = launch.checks() ? 1 : Math.min(WORKERS, order.length);
    if (workers == 1) {
      work.run();
      return;
    }
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      running.add(POOL.submit(work));
    }
    Throwable first = null;
    for (Future<?> worker : running) {
      Throwable problem = problem(worker);
      first = first == null ? problem : first;
    }
    switch (first) {
      case null -> {}
      case PtxFault fault -> throw new PtxFault(String.valueOf(fault.getMessage()), fault);
      case Error error -> throw error;
      default -> throw new IllegalStateException(first);
    }
  }

  private static @Nullable Throwable problem(Future<?> work) {
    try {
      work.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e;
    }
  }
}
