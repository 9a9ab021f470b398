package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prompts of a JSONL file: {@code {"question": …, "answer": …}} as GSM8K has them (the answer is
 * what follows {@code ####}), {@code {"prompt": …, "answer": …}}, or other keys ({@link
 * PromptFields}). Lines are read as they are asked for.
 */
public final class PromptFile implements Prompts, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PromptFile.class);

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
    AtomicBoolean told = new AtomicBoolean();
    return new PromptFile(
        JsonLines.open(
            file,
            (id, line) -> {
              Prompt prompt = fields.parse(id, line);
              Message last = prompt.messages().get(prompt.messages().size() - 1);
              checkArgument(
                  !prompt.chat() || !last.role().equals("assistant"),
                  "its last message is the assistant's: nothing is left to answer");
              String choices = told.getAndSet(true) ? "" : fields.choices(line);
              if (!choices.isEmpty()) {
                LOG.warn("{}: {}", file, choices);
              }
              return prompt;
            },
            badLines));
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
