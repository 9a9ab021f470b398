package org.align4j.bench.compare;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.align4j.algorithms.run.RlRun;
import org.align4j.algorithms.run.StopSignal;

/**
 * Trains several algorithms from the same SFT policy on the same prompts with the same sample
 * budget. One update of each is run unmeasured first (compilation, page faults), and its peak
 * memory taken. Then the algorithms of one seed take turns update by update, each time another one
 * first, so that what else the machine does meets all alike. Where their memory does not suffice
 * for all at once, they run one after another, in an order that alternates by seed. Either way
 * gives the same bits, times apart.
 */
public final class Comparison {

  private final ComparisonSettings settings;
  private final Workload workload;
  private final ComparisonListener listener;
  private final StopSignal stop;
  private final LongSupplier availableMemory;
  private final Map<String, Footprint> footprints = new LinkedHashMap<>();
  private ImmutableMap<String, Double> before = ImmutableMap.of();

  /** A comparison in the folders that {@link ComparisonFolders#prepare} made. */
  public Comparison(
      ComparisonSettings settings,
      Workload workload,
      ComparisonListener listener,
      StopSignal stop) {
    this(settings, workload, listener, stop, MachineMemory::available);
  }

  Comparison(
      ComparisonSettings settings,
      Workload workload,
      ComparisonListener listener,
      StopSignal stop,
      LongSupplier availableMemory) {
    this.settings = settings;
    this.workload = workload;
    this.listener = listener;
    this.stop = stop;
    this.availableMemory = availableMemory;
  }

  /**
   * What an algorithm takes by itself.
   *
   * @param peak resident bytes of the process in its unmeasured update
   * @param bytes of it that are the algorithm's; at least its networks with what trains them
   */
  private record Footprint(OptionalLong peak, long bytes) {}

  /**
   * Runs everything; results in the order of seeds, then of the algorithms as they were named. What
   * was stopped is left out.
   */
  public ImmutableList<RunResult> run() {
    for (String algorithm : settings.algorithms()) {
      settings.difference(algorithm).ifPresent(listener::onMessage);
    }
    for (String algorithm : settings.algorithms()) {
      if (stop.requested()) {
        return ImmutableList.of();
      }
      footprints.put(algorithm, warmUp(algorithm));
    }
    boolean together = fitTogether();
    List<RunResult> results = new ArrayList<>();
    boolean reversed = false;
    for (long seed : settings.allSeeds()) {
      List<String> order = reversed ? Lists.reverse(settings.algorithms()) : settings.algorithms();
      for (List<String> some : Lists.partition(order, together ? order.size() : 1)) {
        results.addAll(train(seed, some));
      }
      reversed = !reversed;
    }
    results.sort(
        Comparator.comparingLong(RunResult::seed)
            .thenComparingInt(result -> settings.algorithms().indexOf(result.algorithm())));
    return ImmutableList.copyOf(results);
  }

  /** One update whose results are thrown away. */
  private Footprint warmUp(String algorithm) {
    listener.warmingUp(algorithm);
    PeakMemory.reset();
    long resident = PeakMemory.resident().orElse(0);
    try (RlRun run = workload.run(settings.config(algorithm, settings.seed()))) {
      if (settings.config().run().evaluation().isOn() && before.isEmpty()) {
        listener.evaluating("the SFT policy");
        before = run.evaluate();
        PeakMemory.reset();
      }
      var _ = run.step();
      OptionalLong peak = PeakMemory.bytes();
      long networks = run.learningBytes();
      return new Footprint(peak, Math.max(networks, peak.orElse(0) - resident));
    }
  }

  private boolean fitTogether() {
    long needed = footprints.values().stream().mapToLong(Footprint::bytes).sum();
    long available = availableMemory.getAsLong();
    if (footprints.size() == 1 || needed <= available) {
      return true;
    }
    listener.onMessage(
        String.format(
            Locale.ROOT,
            "All algorithms at once take %.1f GB of memory, %.1f GB are available: they run one after"
                + " another, and what else the machine does may meet one of them only.",
            needed / 1e9,
            available / 1e9));
    return false;
  }

  /** Trains these algorithms in turns; nothing where it was stopped. */
  private List<RunResult> train(long seed, List<String> algorithms) {
    List<Run> runs = new ArrayList<>();
    try {
      for (String algorithm : algorithms) {
        if (stop.requested()) {
          return List.of();
        }
        runs.add(new Run(settings, workload, algorithm, seed, before, listener));
      }
      for (int turn = 0; turn < settings.updates() * runs.size(); turn++) {
        if (stop.requested()) {
          return List.of();
        }
        runs.get((turn / runs.size() + turn) % runs.size()).step();
      }
      List<RunResult> results = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        results.add(runs.get(i).finish(footprint(algorithms.get(i)).peak()));
      }
      return results;
    } finally {
      for (Run run : runs) {
        run.interrupt();
        run.close();
      }
    }
  }

  private Footprint footprint(String algorithm) {
    Footprint footprint = footprints.get(algorithm);
    return footprint == null ? new Footprint(OptionalLong.empty(), 0) : footprint;
  }
}
