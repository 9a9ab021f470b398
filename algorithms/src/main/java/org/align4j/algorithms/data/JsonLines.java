package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSONL file whose entries are read as they are asked for; only the places of the lines are kept
 * in memory. Every line is checked when the file is opened.
 *
 * @param <T> what a line holds
 */
public final class JsonLines<T> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JsonLines.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int LONGEST_LINE = 1 << 26;
  private static final int MOST_REPORTED = 20;

  private final Path file;
  private final Parser<T> parser;
  private final FileChannel channel;
  private final ImmutableLongArray starts;
  private final ImmutableLongArray lengths;
  private final ImmutableLongArray numbers;
  private final ImmutableList<String> skipped;
  private final long skippedCount;

  /** Reads one entry. */
  @FunctionalInterface
  public interface Parser<T> {
    /**
     * The entry of a JSON object.
     *
     * @param id file name and line number
     * @throws IllegalArgumentException saying in one sentence what is wrong with the line
     */
    T parse(String id, JsonNode object);
  }

  private JsonLines(Path file, FileChannel channel, Parser<T> parser, Index index) {
    this.file = file;
    this.channel = channel;
    this.parser = parser;
    this.starts = index.starts.build();
    this.lengths = index.lengths.build();
    this.numbers = index.numbers.build();
    this.skipped = ImmutableList.copyOf(index.complaints);
    this.skippedCount = index.skipped;
  }

  /**
   * Opens a file and checks every line.
   *
   * @throws IllegalArgumentException if the file is missing or empty, or a bad line is fatal
   */
  public static <T> JsonLines<T> open(Path file, Parser<T> parser, BadLines badLines) {
    checkArgument(Files.exists(file), "%s: there is no such file", file);
    checkArgument(Files.isRegularFile(file), "%s: it is not a file", file);
    checkArgument(Files.isReadable(file), "%s: it cannot be read: check its permissions", file);
    try {
      Index index = new Index();
      index(file, parser, badLines, index);
      checkArgument(
          index.good > 0,
          index.skipped == 0
              ? "%s: it is empty: one JSON object a line is needed"
              : "%s: it has no good line; the first bad one: " + first(index),
          file);
      if (index.skipped > 0) {
        LOG.warn("{}: {} bad lines skipped; the first: {}", file, index.skipped, first(index));
      }
      return new JsonLines<>(file, FileChannel.open(file), parser, index);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": it cannot be read", e);
    }
  }

  private static String first(Index index) {
    return index.complaints.isEmpty() ? "" : index.complaints.get(0);
  }

  private static final class Index {
    final ImmutableLongArray.Builder starts = ImmutableLongArray.builder();
    final ImmutableLongArray.Builder lengths = ImmutableLongArray.builder();
    final ImmutableLongArray.Builder numbers = ImmutableLongArray.builder();
    final List<String> complaints = new ArrayList<>();
    long good;
    long skipped;
  }

  private static <T> void index(Path file, Parser<T> parser, BadLines badLines, Index index)
      throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long start = 0;
      long number = 0;
      LineBuffer line = new LineBuffer();
      for (int b = in.read(); b >= 0 || line.total > 0; b = in.read()) {
        if (b >= 0 && b != '\n') {
          line.add((byte) b);
          continue;
        }
        number++;
        String complaint = check(file, number, line, parser);
        if (complaint == null) {
          index.starts.add(start);
          index.lengths.add(line.total);
          index.numbers.add(number);
          index.good++;
        } else if (!complaint.isEmpty()) {
          checkArgument(badLines == BadLines.SKIP, "%s", complaint);
          index.skipped++;
          if (index.complaints.size() < MOST_REPORTED) {
            index.complaints.add(complaint);
          }
        }
        start += line.total + 1;
        line.clear();
        if (b < 0) {
          break;
        }
      }
    }
  }

  /** Null for a good line, nothing for a blank one, else a sentence. */
  private static @Nullable String check(Path file, long number, LineBuffer line, Parser<?> parser) {
    if (line.total > LONGEST_LINE) {
      return "%s line %s: it has %s bytes, at most %s are read"
          .formatted(file, number, line.total, LONGEST_LINE);
    }
    try {
      String text = decode(line.bytes());
      if (text.isBlank()) {
        return "";
      }
      parse(file, number, text, parser);
      return null;
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String decode(ByteBuffer bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      return "not UTF-8";
    }
  }

  private static <T> T parse(Path file, long number, String text, Parser<T> parser) {
    String id = file.getFileName() + ":" + number;
    try {
      JsonNode node = MAPPER.readTree(text);
      checkArgument(node.isObject(), "it is not a JSON object");
      return parser.parse(id, node);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s line %s: it is not JSON (%s)".formatted(file, number, e.getOriginalMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s line %s: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  /** Number of good lines, above 0. */
  public int size() {
    return starts.length();
  }

  /** The entry of the good line of this index. */
  public T get(int index) {
    ByteBuffer bytes = ByteBuffer.allocate((int) lengths.get(index));
    try {
      long start = starts.get(index);
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {}
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": it cannot be read", e);
    }
    return parse(file, numbers.get(index), decode(bytes.flip()), parser);
  }

  /** All entries. */
  public ImmutableList<T> all() {
    ImmutableList.Builder<T> entries = ImmutableList.builderWithExpectedSize(size());
    for (int i = 0; i < size(); i++) {
      entries.add(get(i));
    }
    return entries.build();
  }

  /** Number of lines left out. */
  public long skippedCount() {
    return skippedCount;
  }

  /** What was wrong with the first lines left out. */
  public ImmutableList<String> skipped() {
    return skipped;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of a line, as far as they are worth keeping. */
  private static final class LineBuffer {
    private byte[] bytes = new byte[1024];
    private long total;

    void add(byte b) {
      if (total < LONGEST_LINE) {
        if (total == bytes.length) {
          bytes = java.util.Arrays.copyOf(bytes, 2 * bytes.length);
        }
        bytes[(int) total] = b;
      }
      total++;
    }

    ByteBuffer bytes() {
      return ByteBuffer.wrap(bytes, 0, (int) total);
    }

    void clear() {
      total = 0;
    }
  }
}
