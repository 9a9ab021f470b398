package org.align4j.core.metric;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.FileException;
import org.align4j.core.file.WellFormedText;

/**
 * A file of JSON lines that each carry their {@code step}: metrics, completions, events. Every line
 * reaches the system when it is written; {@link #force} brings it to the disk.
 */
public final class StepLines implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final FileChannel channel;
  private final BufferedWriter writer;

  private StepLines(Path file, OpenOption how) {
    this.file = file;
    try {
      this.channel = FileChannel.open(file, StandardOpenOption.WRITE, how);
      this.writer =
          new BufferedWriter(java.nio.channels.Channels.newWriter(channel, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  /** A new file; an existing one is not overwritten. */
  public static StepLines create(Path file) {
    return new StepLines(file, StandardOpenOption.CREATE_NEW);
  }

  /** Goes on at the end of a file, which is made where there is none: for a resumed run. */
  public static StepLines append(Path file) {
    return Files.exists(file) ? new StepLines(file, StandardOpenOption.APPEND) : create(file);
  }

  /** Writes one object as a line. */
  public void write(Object row) {
    try {
      writer.write(WellFormedText.of(MAPPER.writeValueAsString(row)));
      writer.write('\n');
      writer.flush();
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  /** Brings all lines to the disk. */
  public void force() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  /** Reads the objects of a file in order; none where there is no such file. */
  public static void read(Path file, Consumer<JsonNode> taker) {
    if (!Files.exists(file)) {
      return;
    }
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      while (line != null) {
        taker.accept(MAPPER.readTree(line));
        line = reader.readLine();
      }
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  /**
   * Cuts a file back to the lines of steps up to this one, and what a broken end left behind.
   * Nothing happens where there is no such file.
   */
  public static void cutBack(Path file, long step) {
    if (!Files.exists(file)) {
      return;
    }
    AtomicFiles.write(
        file,
        temporary -> {
          try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
              BufferedWriter kept = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            while (line != null && belongs(line, step)) {
              kept.write(line);
              kept.write('\n');
              line = reader.readLine();
            }
          }
        });
  }

  private static boolean belongs(String line, long step) {
    try {
      JsonNode node = MAPPER.readTree(line);
      return node != null
          && node.path("step").canConvertToLong()
          && node.path("step").asLong() <= step;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }
}
