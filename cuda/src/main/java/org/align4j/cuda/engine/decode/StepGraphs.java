package org.align4j.cuda.engine.decode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.cuda.driver.Device;

/**
 * Passes over steps, one graph for each class of sizes: a launch costs as much as a small kernel,
 * and a pass has hundreds. A class is recorded when it comes a second time, and again when memory
 * has moved.
 */
final class StepGraphs implements AutoCloseable {

  /** Below it there is one class. */
  private static final int SMALLEST = 8;

  private final Device device;
  private final Set<Integer> seen = new HashSet<>();
  private final Map<Integer, Device.Graph> graphs = new HashMap<>();
  private List<Long> recordedWith = List.of();

  StepGraphs(Device device) {
    this.device = device;
  }

  /** So many rows a pass over this many steps has: at most a quarter more. */
  static int size(int steps, int slots) {
    if (steps <= SMALLEST) {
      return Math.min(SMALLEST, slots);
    }
    int part = Integer.highestOneBit(steps - 1) / 4;
    return Math.min(Math.ceilDiv(steps, part) * part, slots);
  }

  /**
   * Runs a pass.
   *
   * @param size of its batch
   * @param addresses of whatever it reads and writes
   */
  void run(int size, List<Long> addresses, Runnable pass) {
    if (!addresses.equals(recordedWith)) {
      clear();
      recordedWith = addresses;
    }
    if (seen.add(size)) {
      pass.run();
      return;
    }
    Device.Graph graph = graphs.get(size);
    if (graph == null) {
      graph = device.capture(pass);
      graphs.put(size, graph);
    }
    graph.launch();
  }

  private void clear() {
    if (!graphs.isEmpty()) {
      // The last launch may be running.
      device.synchronize();
      graphs.values().forEach(Device.Graph::close);
      graphs.clear();
    }
    seen.clear();
  }

  @Override
  public void close() {
    clear();
  }
}
