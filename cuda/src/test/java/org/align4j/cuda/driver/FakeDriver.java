package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A {@code libcuda.so.1} that runs the kernels of this module's sources on the processor, built by
 * {@code src/test/cuda/build}. It is called as the driver is.
 */
public final class FakeDriver {

  private static @Nullable FakeDriver kernels;

  private final Path library;
  private final SymbolLookup symbols;

  private FakeDriver(Path library) {
    this.library = library;
    symbols = SymbolLookup.libraryLookup(library, Arena.global());
  }

  /** With this module's kernels; the test that asks is skipped where it cannot be built. */
  public static synchronized FakeDriver ofKernels() {
    FakeDriver known = kernels;
    if (known == null) {
      known = of(folder("main"));
      kernels = known;
    }
    return known;
  }

  /** With the kernels in a folder. */
  public static FakeDriver of(Path sources) {
    return new FakeDriver(build(sources));
  }

  /** {@code src/KIND/cuda} of this module. */
  static Path folder(String kind) {
    Path here = Path.of("src", kind, "cuda");
    return Files.isDirectory(here) ? here : Path.of("cuda").resolve(here);
  }

  private static Path build(Path sources) {
    Path script = folder("test").resolve("build").toAbsolutePath();
    Path target = script.resolveSibling("../../../target/fake-cuda").normalize();
    try {
      Path complaints = Files.createTempFile("fake-cuda", ".log");
      try {
        Process process =
            new ProcessBuilder("bash", script.toString(), sources.toString(), target.toString())
                .redirectError(complaints.toFile())
                .start();
        String path =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int status = process.waitFor();
        String text = Files.readString(complaints).strip();
        assumeTrue(status != 2, text);
        if (status != 0) {
          throw new IllegalStateException("the emulated driver cannot be built:\n" + text);
        }
        return Path.of(path);
      } finally {
        Files.delete(complaints);
      }
    } catch (IOException e) {
      if (!Files.isExecutable(Path.of("/bin/bash"))) {
        assumeTrue(false, "The emulated CUDA driver needs bash: " + e.getMessage());
      }
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Opens a device as it is by default: capability 9.0, 4 GiB. */
  public NativeDevice open() {
    return open("");
  }

  /** Opens a device with settings as of the variable {@code FAKE_CUDA}. */
  public NativeDevice open(String settings) {
    configure(settings);
    return Cuda.open(DriverLibrary.at(library.toString()));
  }

  /** What {@link Cuda#probe} says of a device with such settings. */
  Probe probe(String settings) {
    configure(settings);
    return Cuda.probe(DriverLibrary.at(library.toString()));
  }

  private void configure(String settings) {
    if (call("fake_cuda_configure", settings, FunctionDescriptor.of(JAVA_INT, ADDRESS)) != 0) {
      throw new IllegalArgumentException(settings);
    }
  }

  /**
   * How often since the last device was opened.
   *
   * @param what allocations, launches, graphs, captures, uploads or downloads; or "bytes", which
   *     are allocated now
   */
  public long count(String what) {
    return call("fake_cuda_count", what, FunctionDescriptor.of(JAVA_LONG, ADDRESS));
  }

  private long call(String name, String text, FunctionDescriptor shape) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment argument = arena.allocateFrom(text);
      Object result =
          Linker.nativeLinker()
              .downcallHandle(symbols.findOrThrow(name), shape)
              .invokeWithArguments(argument);
      return ((Number) result).longValue();
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
