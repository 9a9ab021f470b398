package org.align4j.algorithms.train.report;

import com.google.common.collect.ImmutableMap;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Measures what each phase takes. One phase runs at a time. */
public final class PhaseClock {

  private final LongSupplier nanos;
  private final LongSupplier cpuNanos;
  private final TrainingListener listener;
  private final long update;
  private final Map<Phase, Double> seconds = new EnumMap<>(Phase.class);
  private final Map<Phase, Double> cpuSeconds = new EnumMap<>(Phase.class);
  private final Map<Phase, Long> tokens = new EnumMap<>(Phase.class);
  private @Nullable Phase current;
  private long since;
  private long cpuSince;

  /**
   * A clock.
   *
   * @param nanos wall time
   * @param cpuNanos CPU time of the whole process
   */
  PhaseClock(LongSupplier nanos, LongSupplier cpuNanos, TrainingListener listener, long update) {
    this.nanos = nanos;
    this.cpuNanos = cpuNanos;
    this.listener = listener;
    this.update = update;
  }

  /** Ends the running phase and begins this one. */
  public void enter(Phase phase) {
    leave();
    if (phase != current) {
      listener.onPhase(update, phase);
    }
    current = phase;
  }

  /** Counts tokens in the running phase. */
  public void tokens(long count) {
    if (current != null) {
      tokens.merge(current, count, Long::sum);
    }
  }

  public PhaseTotals stop() {
    leave();
    return new PhaseTotals(
        ImmutableMap.copyOf(seconds), ImmutableMap.copyOf(cpuSeconds), ImmutableMap.copyOf(tokens));
  }

  private void leave() {
    long now = nanos.getAsLong();
    long cpuNow = cpuNanos.getAsLong();
    if (current != null) {
      seconds.merge(current, (now - since) * 1e-9, Double::sum);
      cpuSeconds.merge(current, (cpuNow - cpuSince) * 1e-9, Double::sum);
    }
    since = now;
    cpuSince = cpuNow;
  }

  /** A clock of this process. */
  public static PhaseClock start(TrainingListener listener, long update) {
    return new PhaseClock(System::nanoTime, PhaseClock::processCpuNanos, listener, update);
  }

  /** CPU time of all threads of this process; 0 where the system does not tell. */
  private static long processCpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }
}
