package org.align4j.bench.cli;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param results what the user asked for
 * @param log progress, warnings and errors
 */
record Console(PrintStream results, PrintStream log) {

  /** Prints a line of the result. */
  void print(String line) {
    results.println(line);
  }

  /** Prints one sentence about what went wrong. */
  void error(String message) {
    log.println("bench/run: " + message);
  }

  /**
   * Prints the closing line of checks, after everything else on both streams, and answers the exit
   * code.
   */
  int close(long passed, long failed) {
    log.flush();
    results.println(passed + " passed, " + failed + " failed");
    results.flush();
    return failed == 0 ? 0 : 1;
  }
}
