package org.align4j.cuda.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs that a machine may have. */
final class Program {

  /** The code of one that took too long. */
  static final int LATE = 124;

  /**
   * What one said.
   *
   * @param code its exit code, or {@link #LATE}
   * @param text all that it printed, without what surrounds it
   */
  record Answer(int code, String text) {}

  private Program() {}

  /** Where one is, if it is on the PATH. */
  static Optional<String> find(String name) {
    return Arrays.stream(String.valueOf(System.getenv("PATH")).split(":", -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /** Runs one to its end, or for so many seconds. */
  static Answer run(int seconds, String... command) throws IOException, InterruptedException {
    Path file = Files.createTempFile("gpu-check-", ".text");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(file.toFile())
              .start();
      boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      return new Answer(ended ? process.exitValue() : LATE, Files.readString(file).strip());
    } finally {
      Files.delete(file);
    }
  }
}
