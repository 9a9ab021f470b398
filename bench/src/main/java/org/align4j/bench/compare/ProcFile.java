package org.align4j.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Reads the files of {@code /proc} that say {@code name: number kB}. */
final class ProcFile {

  private ProcFile() {}

  /** The number of a line in bytes; empty where there is no such file or line: not on Linux. */
  static OptionalLong bytes(Path file, String name) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(name + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
