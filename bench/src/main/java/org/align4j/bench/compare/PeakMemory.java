package org.align4j.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Peak resident memory of this process, as Linux counts it ({@code VmHWM} of {@code
 * /proc/self/status}); {@link #reset} starts a new peak at today's resident size. Elsewhere there
 * is no figure.
 */
public final class PeakMemory {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  private PeakMemory() {}

  /**
   * Collects garbage and forgets earlier peaks, so that the next figure is of what comes now by
   * itself.
   */
  public static void reset() {
    System.gc();
    try {
      // "5" resets the peak resident set size: proc(5).
      Files.writeString(CLEAR, "5");
    } catch (IOException e) {
      // No such file or no permission: the peak then also covers what ran before.
    }
  }

  /** Peak resident bytes since the last {@link #reset}. */
  public static OptionalLong bytes() {
    return ProcFile.bytes(STATUS, "VmHWM");
  }

  /** Resident bytes now. */
  static OptionalLong resident() {
    return ProcFile.bytes(STATUS, "VmRSS");
  }
}
