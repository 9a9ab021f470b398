package org.align4j.core.kernel.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Pages from Linux with the advice to make them huge ones ({@code mmap}, {@code madvise}): an
 * arena's memory is zeroed before anybody could advise; and {@code malloc_trim}. Best effort:
 * absent elsewhere.
 */
final class SystemMemory {

  static final long HUGE_PAGE = 2L << 20;

  /** Null where the system is not Linux, or its functions cannot be called. */
  static final @Nullable SystemMemory INSTANCE = create();

  private static final int READ_WRITE = 0x3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int ADVICE_HUGE_PAGE = 14;
  private static final long FAILED = -1;

  private final MethodHandle mmap;
  private final MethodHandle munmap;
  private final MethodHandle madvise;
  private final @Nullable MethodHandle trim;

  private SystemMemory(Linker linker) {
    this.mmap =
        handle(
            linker,
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    this.munmap = handle(linker, "munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    this.madvise =
        handle(linker, "madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    this.trim =
        linker
            .defaultLookup()
            .find("malloc_trim")
            .map(f -> linker.downcallHandle(f, FunctionDescriptor.of(JAVA_INT, JAVA_LONG)))
            .orElse(null);
  }

  private static MethodHandle handle(Linker linker, String name, FunctionDescriptor type) {
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type);
  }

  private static @Nullable SystemMemory create() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    if (!system.contains("linux") || ValueLayout.ADDRESS.byteSize() != 8) {
      return null;
    }
    try {
      return new SystemMemory(Linker.nativeLinker());
    } catch (RuntimeException e) {
      LoggerFactory.getLogger(SystemMemory.class).debug("no huge pages for native memory", e);
      return null;
    }
  }

  /** Zeroed pages, or 0 where there are none to be had. */
  long map(long bytes) {
    try {
      MemorySegment pages =
          (MemorySegment)
              mmap.invokeExact(MemorySegment.NULL, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (pages.address() == FAILED) {
        return 0;
      }
      int ignored = (int) madvise.invokeExact(pages, bytes, ADVICE_HUGE_PAGE);
      return pages.address();
    } catch (Throwable e) {
      throw new IllegalStateException("mmap of " + bytes + " bytes could not be called", e);
    }
  }

  void unmap(long address, long bytes) {
    try {
      int ignored = (int) munmap.invokeExact(MemorySegment.ofAddress(address), bytes);
    } catch (Throwable e) {
      throw new IllegalStateException("munmap could not be called", e);
    }
  }

  /** Gives back to the system what the C library keeps of freed memory; musl has no such call. */
  void trim() {
    if (trim == null) {
      return;
    }
    try {
      int ignored = (int) trim.invokeExact(0L);
    } catch (Throwable e) {
      throw new IllegalStateException("malloc_trim could not be called", e);
    }
  }
}
