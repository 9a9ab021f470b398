package org.align4j.algorithms.data;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;

/**
 * Prompts of a JSONL file: {@code {"question": …, "answer": …}} as GSM8K has them (the answer is
 * what follows {@code ####}), {@code {"prompt": …, "answer": …}}, or other keys. Lines are read as
 * they are asked for.
 */
public final class PromptFile implements Prompts, AutoCloseable {

  private final JsonLines<Prompt> lines;

  private PromptFile(JsonLines<Prompt> lines) {
    this.lines = lines;
  }

  /**
   * Opens a file and checks every line.
   *
   * @throws IllegalArgumentException naming file and line
   */
  public static PromptFile open(Path file, PromptFields fields, BadLines badLines) {
    return new PromptFile(JsonLines.open(file, fields::parse, badLines));
  }

  @Override
  public int size() {
    return lines.size();
  }

  @Override
  public Prompt get(int index) {
    return lines.get(index);
  }

  /** Number of lines left out. */
  public long skippedCount() {
    return lines.skippedCount();
  }

  /** What was wrong with the first lines left out. */
  public ImmutableList<String> skipped() {
    return lines.skipped();
  }

  @Override
  public void close() {
    lines.close();
  }
}
