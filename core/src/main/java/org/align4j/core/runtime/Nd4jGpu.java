package org.align4j.core.runtime;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What ND4J's CUDA backend of 2022 needs, and whether it is here. */
final class Nd4jGpu {

  private static final String REMEDY =
      ": build without -Pcuda to compute on the CPU (or on a newer GPU with --engine cuda), or ";

  private static final List<String> LIBRARIES =
      List.of("libcudart.so.11.0", "libcublas.so.11", "libcublasLt.so.11", "libcusolver.so.11");

  /** Machine code up to 8.6 runs on 8.9 too; nothing newer runs it. */
  private static final int LAST_MAJOR = 8;

  private Nd4jGpu() {}

  /**
   * Returns where ND4J's backend can run.
   *
   * @throws UnavailableException with what is missing
   */
  static void check() {
    String driver =
        System.getProperty("os.name", "").startsWith("Win") ? "nvcuda.dll" : "libcuda.so.1";
    Optional<String> missing = missing(driver, LIBRARIES);
    if (missing.isPresent()) {
      throw new UnavailableException(
          "This build computes with ND4J's CUDA backend (Maven profile cuda), "
              + missing.orElseThrow());
    }
  }

  /** What is missing, and the remedy. */
  static Optional<String> missing(String driver, List<String> libraries) {
    try (Arena arena = Arena.ofConfined()) {
      Optional<SymbolLookup> found = open(driver, Arena.global());
      if (found.isEmpty()) {
        return Optional.of(
            "and there is no NVIDIA driver here ("
                + driver
                + " was not found)"
                + REMEDY
                + "install the driver and CUDA 11.");
      }
      SymbolLookup symbols = found.orElseThrow();
      MemorySegment out = arena.allocate(ADDRESS);
      if (call(symbols, "cuInit", 0) != 0
          || call(symbols, "cuDeviceGetCount", out) != 0
          || out.get(JAVA_INT, 0) == 0) {
        return Optional.of(
            "and the NVIDIA driver shows no GPU (CUDA_VISIBLE_DEVICES?)"
                + REMEDY
                + "see what nvidia-smi says.");
      }
      int major = attribute(symbols, 75, out);
      if (major > LAST_MAJOR) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "which has no code for the GPU here (compute capability %d.%d, 8.9 is the"
                    + " last)%stake an older GPU.",
                major,
                attribute(symbols, 76, out),
                REMEDY));
      }
      return libraries.stream()
          .filter(library -> open(library, arena).isEmpty() && !onClassPath(library))
          .findFirst()
          .map(
              library -> "and CUDA 11's " + library + " is not here" + REMEDY + "install CUDA 11.");
    }
  }

  /** As the redistributable libraries of JavaCPP bring it. */
  private static boolean onClassPath(String library) {
    ClassLoader loader = Nd4jGpu.class.getClassLoader();
    return loader != null
        && loader.getResource("org/bytedeco/cuda/linux-x86_64/" + library) != null;
  }

  private static Optional<SymbolLookup> open(String library, Arena arena) {
    try {
      return Optional.of(SymbolLookup.libraryLookup(library, arena));
    } catch (IllegalArgumentException notThere) {
      return Optional.empty();
    }
  }

  private static int attribute(SymbolLookup symbols, int which, MemorySegment out) {
    call(symbols, "cuDeviceGetAttribute", out, which, 0);
    return out.get(JAVA_INT, 0);
  }

  private static int call(SymbolLookup symbols, String function, Object... arguments) {
    MemoryLayout[] shape = new MemoryLayout[arguments.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
    }
    try {
      return (int)
          Linker.nativeLinker()
              .downcallHandle(symbols.findOrThrow(function), FunctionDescriptor.of(JAVA_INT, shape))
              .invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }
}
