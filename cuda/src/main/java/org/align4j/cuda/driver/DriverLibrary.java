package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;

import com.google.common.base.Strings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/** The driver's library, which stays open as long as the process. */
final class DriverLibrary {

  /** Names another file than the driver's own. */
  static final String FILE_VARIABLE = "ALIGN4J_CUDA_DRIVER";

  private final SymbolLookup symbols;

  private DriverLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /**
   * The installed driver, or the one that {@value #FILE_VARIABLE} names.
   *
   * @throws CudaUnavailableException if there is none
   */
  static DriverLibrary installed() {
    String named = Strings.nullToEmpty(System.getenv(FILE_VARIABLE));
    if (!named.isBlank()) {
      return at(named);
    }
    return open("libcuda.so.1")
        .or(() -> open("nvcuda.dll"))
        .orElseThrow(() ->
            new CudaUnavailableException(
                "No CUDA driver is installed (libcuda.so.1 was not found): install NVIDIA's"
                    + " driver, in a container give it the GPU (--gpus all), or use --engine"
                    + " plan."));
  }

  /**
   * A driver's file.
   *
   * @throws CudaUnavailableException if it is none
   */
  static DriverLibrary at(String file) {
    return open(file)
        .orElseThrow(() ->
            new CudaUnavailableException(
                FILE_VARIABLE
                    + " names "
                    + file
                    + ", which is no library that can be loaded: name a CUDA driver, or unset"
                    + " it."));
  }

  private static Optional<DriverLibrary> open(String file) {
    try {
      return Optional.of(new DriverLibrary(SymbolLookup.libraryLookup(file, Arena.global())));
    } catch (IllegalArgumentException notThere) {
      return Optional.empty();
    }
  }

  /**
   * A function.
   *
   * @throws CudaUnavailableException if the driver has none of this name
   */
  Entry entry(String name) {
    return new Entry(
        name,
        symbols
            .find(name)
            .orElseThrow(() ->
                new CudaUnavailableException(
                    "The CUDA driver has no "
                        + name
                        + ", it is too old: install "
                        + Cuda.OLDEST_DRIVER_NAME
                        + " or newer, or use --engine plan.")),
        this);
  }

  /** What went wrong, with the driver's name for it. */
  CudaException error(String function, int code) {
    return error(function, code, "");
  }

  CudaException error(String function, int code, String detail) {
    return new CudaException(function, code, errorName(code), detail);
  }

  String errorName(int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      if (entry("cuGetErrorName").status(code, out.address()) != 0
          || out.get(ADDRESS, 0).address() == 0) {
        return "an unknown error";
      }
      return out.get(ADDRESS, 0).reinterpret(256).getString(0);
    }
  }
}
