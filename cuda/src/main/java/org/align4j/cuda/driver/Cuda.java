package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** The first GPU that the driver shows ({@code CUDA_VISIBLE_DEVICES} says which that is). */
public final class Cuda {

  /**
   * CUDA 11.4: {@code cuGraphInstantiateWithFlags} is as old, the memory pools (11.2) and the PTX
   * that ships (ISA 7.0) are older.
   */
  public static final int OLDEST_DRIVER = 11040;

  static final String OLDEST_DRIVER_NAME = "NVIDIA's driver 470 (CUDA 11.4)";

  private static final int NO_DEVICE = 100;
  private static final int OLDEST_CAPABILITY = 8;

  private Cuda() {}

  /** Looks whether a GPU can be used; it starts nothing on it. */
  public static Probe probe() {
    try {
      return probe(DriverLibrary.installed());
    } catch (CudaUnavailableException none) {
      return new Probe.Refused(Probe.Reason.NO_DRIVER, none.sentence());
    }
  }

  static Probe probe(DriverLibrary library) {
    try (Arena arena = Arena.ofConfined()) {
      return probe(library, arena.allocate(256, 8));
    } catch (CudaUnavailableException missing) {
      return new Probe.Refused(Probe.Reason.OLD_DRIVER, missing.sentence());
    } catch (CudaException broken) {
      return new Probe.Refused(
          Probe.Reason.BROKEN_DRIVER,
          "The CUDA driver does not start: "
              + broken.getMessage()
              + "; see what nvidia-smi says, or use --engine plan.");
    }
  }

  private static Probe probe(DriverLibrary library, MemorySegment out) {
    // Before cuInit: this one answers whatever the state of the GPU is.
    library.entry("cuDriverGetVersion").run(out.address());
    int version = out.get(JAVA_INT, 0);
    if (version < OLDEST_DRIVER) {
      return new Probe.Refused(
          Probe.Reason.OLD_DRIVER,
          String.format(
              Locale.ROOT,
              "The driver is for CUDA %d.%d, 11.4 is needed: install %s or newer, or use --engine"
                  + " plan.",
              version / 1000,
              version % 1000 / 10,
              OLDEST_DRIVER_NAME));
    }
    new DriverApi(library);
    Entry init = library.entry("cuInit");
    int started = init.status(0);
    if (started == NO_DEVICE) {
      return noDevice();
    }
    init.check(started);
    library.entry("cuDeviceGetCount").run(out.address());
    if (out.get(JAVA_INT, 0) == 0) {
      return noDevice();
    }
    DeviceProperties device = properties(library, version, out);
    return device.major() < OLDEST_CAPABILITY
        ? new Probe.Refused(
            Probe.Reason.OLD_DEVICE,
            String.format(
                Locale.ROOT,
                "%s has compute capability %d.%d, 8.0 (Ampere) is needed: take a newer GPU"
                    + " (CUDA_VISIBLE_DEVICES chooses among several), or use --engine plan.",
                device.name(),
                device.major(),
                device.minor()))
        : new Probe.Ready(device);
  }

  private static Probe noDevice() {
    return new Probe.Refused(
        Probe.Reason.NO_DEVICE,
        "The CUDA driver shows no GPU: look at CUDA_VISIBLE_DEVICES (now "
            + (System.getenv("CUDA_VISIBLE_DEVICES") == null
                ? "unset"
                : "'" + System.getenv("CUDA_VISIBLE_DEVICES") + "'")
            + ") and nvidia-smi, in a container give it the GPU (--gpus all), or use --engine"
            + " plan.");
  }

  private static DeviceProperties properties(
      DriverLibrary library, int version, MemorySegment out) {
    library.entry("cuDeviceGet").run(out.address(), 0);
    int device = out.get(JAVA_INT, 0);
    library.entry("cuDeviceGetName").run(out.address(), 256, device);
    String name = out.getString(0);
    library.entry("cuDeviceTotalMem_v2").run(out.address(), device);
    long memory = out.get(JAVA_LONG, 0);
    return new DeviceProperties(
        name,
        attribute(library, 75, device, out),
        attribute(library, 76, device, out),
        attribute(library, 16, device, out),
        memory,
        version);
  }

  static int attribute(DriverLibrary library, int which, int device, MemorySegment out) {
    library.entry("cuDeviceGetAttribute").run(out.address(), which, device);
    return out.get(JAVA_INT, 0);
  }

  /**
   * Opens the GPU.
   *
   * @throws CudaUnavailableException if {@link #probe} finds none
   */
  public static NativeDevice open() {
    return open(DriverLibrary.installed());
  }

  /**
   * Opens the GPU of the driver in {@code file}.
   *
   * @throws CudaUnavailableException if it has none
   */
  static NativeDevice open(DriverLibrary library) {
    return switch (probe(library)) {
      case Probe.Ready ready -> new NativeDevice(new DriverApi(library), ready.device());
      case Probe.Refused refused -> throw new CudaUnavailableException(refused.sentence());
    };
  }

  /**
   * Checks that a job fits the GPU.
   *
   * @param needed bytes of device memory that it takes
   * @throws CudaUnavailableException with both figures if it does not
   */
  public static void requireMemory(Device device, long needed) {
    long free = device.freeMemory();
    if (needed > free) {
      throw new CudaUnavailableException(
          String.format(
              Locale.ROOT,
              "The job takes %.1f GiB of GPU memory, %.1f GiB of the %.1f GiB of %s are free: take"
                  + " a smaller batch or model, end what else runs on the GPU, or use --engine"
                  + " plan.",
              gib(needed),
              gib(free),
              gib(device.properties().memory()),
              device.properties().name()));
    }
  }

  private static double gib(long bytes) {
    return bytes / (double) (1L << 30);
  }
}
