package org.align4j.core.samediff;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Standard output switched off: SameDiff prints a line for each op that it differentiates. */
public final class SilencedOutput {

  private SilencedOutput() {}

  /** Runs the action; what any thread prints meanwhile is lost. */
  public static void run(Runnable action) {
    PrintStream out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setOut(out);
    }
  }
}
