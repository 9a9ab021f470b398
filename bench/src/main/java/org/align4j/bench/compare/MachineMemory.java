package org.align4j.bench.compare;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** Memory that this process can still take without driving the machine to swap. */
public final class MachineMemory {

  private static final Path MEMORY = Path.of("/proc/meminfo");

  private MachineMemory() {}

  /**
   * Bytes: what Linux says is available, and what a container's limit leaves beside this process;
   * elsewhere what is free.
   */
  public static long available() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
      return Long.MAX_VALUE;
    }
    long resident = PeakMemory.resident().orElse(0);
    long left = system.getTotalMemorySize() - resident;
    return Math.min(
        left, ProcFile.bytes(MEMORY, "MemAvailable").orElse(system.getFreeMemorySize()));
  }
}
