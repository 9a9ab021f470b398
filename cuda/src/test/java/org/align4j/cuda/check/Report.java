package org.align4j.cuda.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;

/** The rows of a section: printed, and each a line of JSON in a file at once. */
public final class Report implements AutoCloseable {

  private final String section;
  private final Writer file;
  private boolean failed;

  /** Appends to a file. */
  public Report(String section, Path file) throws IOException {
    this.section = section;
    this.file = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * A row.
   *
   * @param name what it is about, the same in every run
   * @param figures numbers and texts by name
   */
  public void row(Verdict verdict, String name, String text, Map<String, ?> figures) {
    failed |= verdict == Verdict.FAIL;
    System.out.println(
        String.format(Locale.ROOT, "%-8s%-10s %s: %s", verdict.label(), section, name, text));
    System.out.flush();
    StringBuilder json = new StringBuilder("{");
    Json.field(json, "section", section);
    Json.field(json, "name", name);
    Json.field(json, "verdict", verdict.label());
    Json.field(json, "text", text);
    figures.forEach((key, value) -> Json.field(json, key, value));
    try {
      file.append(json.append("}\n"));
      file.flush(); // what comes next may end the process
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A figure. */
  public void figure(String name, String text, Map<String, ?> figures) {
    row(Verdict.FIGURE, name, text, figures);
  }

  /** A claim. */
  public void claim(boolean holds, String name, String text, Map<String, ?> figures) {
    row(holds ? Verdict.OK : Verdict.FAIL, name, text, figures);
  }

  /** An aim. */
  public void aim(boolean met, String name, String text, Map<String, ?> figures) {
    row(met ? Verdict.MET : Verdict.MISSED, name, text, figures);
  }

  /** Does some work, told on standard error; what it throws is a claim that fails. */
  public void attempt(String name, Work work) {
    System.err.println(section + ": " + name + " ...");
    try {
      work.run();
    } catch (Exception | LinkageError | OutOfMemoryError e) {
      row(Verdict.FAIL, name, String.valueOf(e), Map.of());
      e.printStackTrace();
    }
  }

  /** What may go wrong. */
  public interface Work {
    /** Does it. */
    void run() throws Exception;
  }

  /** Whether a claim did not hold. */
  public boolean failed() {
    return failed;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
