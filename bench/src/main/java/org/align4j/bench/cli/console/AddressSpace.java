package org.align4j.bench.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The limit on this process's address space ({@code ulimit -v}). Where ND4J's native libraries find
 * too little of it, OpenBLAS asks for ever instead of failing.
 */
public final class AddressSpace {

  private static final long KIBI = 1024;
  private static final long MEBI = 1L << 20;

  /**
   * What the native libraries map: 1.0 GiB were just enough on 2 processors, with their buffers.
   */
  private static final long NEEDED = 1280 * MEBI;

  private AddressSpace() {}

  /** Refuses to start where the native libraries could not be loaded. */
  public static void check() {
    OptionalLong limit = number("/proc/self/limits", "Max address space");
    OptionalLong taken = number("/proc/self/status", "VmSize:");
    if (limit.isEmpty() || taken.isEmpty()) {
      return;
    }
    String sentence = complaint(limit.getAsLong(), taken.getAsLong() * KIBI);
    if (!sentence.isEmpty()) {
      throw new OutOfMemoryError(sentence);
    }
  }

  /** One sentence where too little is left; empty otherwise. */
  static String complaint(long limit, long taken) {
    return limit - taken >= NEEDED
        ? ""
        : "ulimit -v allows %s MiB, Java has reserved %s of them and %s more are needed"
            .formatted(limit / MEBI, taken / MEBI, NEEDED / MEBI);
  }

  /** The first number after a label; none where the file, the line or the number is missing. */
  private static OptionalLong number(String file, String label) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(label))
          .map(line -> line.substring(label.length()).strip().split("\\s+", 2)[0])
          .filter(word -> word.matches("\\d{1,18}"))
          .mapToLong(Long::parseLong)
          .findFirst();
    } catch (IOException e) {
      // Not Linux.
      return OptionalLong.empty();
    }
  }
}
