package org.align4j.bench.report;

import com.google.common.collect.ImmutableList;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the samples of each step are in {@code completions.jsonl}, found without parsing it. */
final class CompletionIndex {

  /** Quotes within a string are escaped, so this is found only as a key. */
  private static final Pattern STEP = Pattern.compile("\"step\"\\s*:\\s*(\\d{1,18})\\b");

  /** The step stands at the beginning of a line. */
  private static final int HEAD = 256;

  private static final int BUFFER = 1 << 16;

  /**
   * Samples of a step.
   *
   * @param step the step
   * @param start offset of its first line
   * @param lines number of lines
   */
  record Block(long step, long start, int lines) {}

  private CompletionIndex() {}

  /** Blocks by step, ascending; of a step written twice (a resumed run) the later. */
  static ImmutableList<Block> of(Path file) throws IOException {
    Map<Long, Block> blocks = new TreeMap<>();
    byte[] head = new byte[HEAD];
    byte[] buffer = new byte[BUFFER];
    long last = -1;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      long start = 0;
      long offset = 0;
      int length = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        for (int i = 0; i < read; i++) {
          offset++;
          if (buffer[i] != '\n') {
            if (length < HEAD) {
              head[length++] = buffer[i];
            }
            continue;
          }
          Matcher step = STEP.matcher(new String(head, 0, length, StandardCharsets.UTF_8));
          if (step.find()) {
            last = add(blocks, last, Long.parseLong(step.group(1)), start);
          }
          start = offset;
          length = 0;
        }
      }
    }
    return ImmutableList.copyOf(blocks.values());
  }

  private static long add(Map<Long, Block> blocks, long last, long step, long start) {
    Block block = blocks.get(step);
    blocks.put(
        step,
        block == null || step != last
            ? new Block(step, start, 1)
            : new Block(step, block.start(), block.lines() + 1));
    return step;
  }
}
