package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
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
  private static final int LONGEST_LINE = 1 << 26;
  private static final int MOST_REPORTED = 20;
  private static final String DOCUMENT =
      "it is one JSON document, not JSON lines: one object a line is needed"
          + " (jq -c '.[]' FILE makes them of an array, jq -c . FILE of objects)";

  private final Path file;
  private final Parser<T> parser;
  private final DataFile data;
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

  private JsonLines(Path file, DataFile data, Parser<T> parser, Index index) {
    this.file = file;
    this.data = data;
    this.parser = parser;
    this.starts = index.starts.build();
    this.lengths = index.lengths.build();
    this.numbers = index.numbers.build();
    this.skipped = ImmutableList.copyOf(index.complaints);
    this.skippedCount = index.skipped;
  }

  /**
   * Opens a file and checks every line. Lines end with LF, CR LF or CR; gzip files and pipes are
   * read too.
   *
   * @throws IllegalArgumentException if the file is missing or empty, something else than JSON
   *     lines in UTF-8, or a bad line is fatal
   */
  public static <T> JsonLines<T> open(Path file, Parser<T> parser, BadLines badLines) {
    DataFile data = DataFile.open(file);
    try {
      Index index = new Index();
      index(file, data, parser, badLines, index);
      checkArgument(
          index.good > 0,
          index.skipped == 0
              ? "%s: it is empty: one JSON object a line is needed"
              : "%s: it has no good line; the first bad one: " + first(index),
          file);
      if (index.skipped > 0) {
        LOG.warn("{}: {} bad lines skipped; the first: {}", file, index.skipped, first(index));
      }
      return new JsonLines<>(file, data, parser, index);
    } catch (IOException e) {
      data.close();
      throw new UncheckedIOException(file + ": it cannot be read", e);
    } catch (IllegalArgumentException e) {
      data.close();
      throw e;
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

  private static <T> void index(
      Path file, DataFile data, Parser<T> parser, BadLines badLines, Index index)
      throws IOException {
    InputStream in = data.stream();
    long start = 0;
    long number = 0;
    LineBuffer line = new LineBuffer();
    int b = in.read();
    while (b >= 0 || line.total > 0) {
      if (b >= 0 && b != '\n' && b != '\r') {
        line.add((byte) b);
        b = in.read();
        continue;
      }
      int end = b;
      b = b < 0 ? b : in.read();
      long next = start + line.total + 1;
      if (end == '\r' && b == '\n') {
        b = in.read();
        next++;
      }
      number++;
      String complaint = check(file, number, line, parser);
      if (complaint == null) {
        index.starts.add(start);
        index.lengths.add(line.total);
        index.numbers.add(number);
        index.good++;
      } else if (!complaint.isEmpty()) {
        boolean first = index.good == 0 && index.skipped == 0;
        checkArgument(!first || !isDocument(line, b), "%s: %s", file, DOCUMENT);
        checkArgument(badLines == BadLines.SKIP, "%s", complaint);
        index.skipped++;
        if (index.complaints.size() < MOST_REPORTED) {
          index.complaints.add(complaint);
        }
      }
      start = next;
      line.clear();
    }
  }

  /**
   * Whether the first line begins one document: an array, or an object that goes on in the next.
   */
  private static boolean isDocument(LineBuffer line, int next) {
    if (line.total > LONGEST_LINE) {
      return line.bytes[0] == '[';
    }
    String text = StandardCharsets.UTF_8.decode(line.bytes()).toString().strip();
    boolean array = text.startsWith("[");
    return text.startsWith("[{")
        || (next >= 0 && (array || next != '{') && JsonLine.isUnfinished(text));
  }

  /** Null for a good line, nothing for a blank one, else a sentence. */
  private static @Nullable String check(Path file, long number, LineBuffer line, Parser<?> parser) {
    if (line.total > LONGEST_LINE) {
      return "%s line %s: it has %s bytes, at most %s are read"
          .formatted(file, number, line.total, LONGEST_LINE);
    }
    try {
      return parse(file, number, line.bytes(), parser) == null ? "" : null;
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The entry of a line; null for a blank one. */
  private static <T> @Nullable T parse(Path file, long number, ByteBuffer bytes, Parser<T> parser) {
    try {
      String text = decode(bytes);
      return text.isBlank()
          ? null
          : parser.parse(file.getFileName() + ":" + number, JsonLine.read(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s line %s: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  private static String decode(ByteBuffer bytes) {
    CharBuffer text = CharBuffer.allocate(bytes.remaining());
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true);
    checkArgument(
        !result.isError(),
        "it is not UTF-8 (byte %s): save the file as UTF-8",
        bytes.position() + 1);
    String line = text.flip().toString();
    return line.startsWith("\ufeff") ? line.substring(1) : line;
  }

  /** Number of good lines, above 0. */
  public int size() {
    return starts.length();
  }

  /** The entry of the good line of this index. */
  public T get(int index) {
    ByteBuffer bytes = data.read(starts.get(index), (int) lengths.get(index));
    T entry = parse(file, numbers.get(index), bytes, parser);
    checkState(entry != null, "%s line %s has changed", file, numbers.get(index));
    return entry;
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
    data.close();
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
