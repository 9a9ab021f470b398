package org.align4j.bench.cli.console;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param results what the user asked for
 * @param log progress, warnings and errors
 */
public record Console(PrintStream results, PrintStream log) {

  /** Prints a line of the result. */
  public void print(String line) {
    results.println(line);
  }

  /** Prints one sentence about what went wrong. */
  public void error(String message) {
    log.println("bench/run: " + message);
  }

  /**
   * Prints the closing line of checks, after everything else on both streams, and answers the exit
   * code.
   */
  public int close(long passed, long failed) {
    log.flush();
    results.println(passed + " passed, " + failed + " failed");
    results.flush();
    return failed == 0 ? 0 : 1;
  }
}
