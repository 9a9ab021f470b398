package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableMap;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Measures what each phase takes. One phase runs at a time. */
final class PhaseClock {

  private final LongSupplier nanos;
  private final TrainingListener listener;
  private final long update;
  private final Map<Phase, Double> seconds = new EnumMap<>(Phase.class);
  private final Map<Phase, Long> tokens = new EnumMap<>(Phase.class);
  private @Nullable Phase current;
  private long since;

  PhaseClock(LongSupplier nanos, TrainingListener listener, long update) {
    this.nanos = nanos;
    this.listener = listener;
    this.update = update;
  }

  /** Ends the running phase and begins this one. */
  void enter(Phase phase) {
    long now = nanos.getAsLong();
    leave(now);
    if (phase != current) {
      listener.onPhase(update, phase);
    }
    current = phase;
    since = now;
  }

  /** Counts tokens in the running phase. */
  void tokens(long count) {
    if (current != null) {
      tokens.merge(current, count, Long::sum);
    }
  }

  PhaseTotals stop() {
    leave(nanos.getAsLong());
    return new PhaseTotals(ImmutableMap.copyOf(seconds), ImmutableMap.copyOf(tokens));
  }

  private void leave(long now) {
    if (current != null) {
      seconds.merge(current, (now - since) * 1e-9, Double::sum);
    }
    since = now;
  }
}
