package org.align4j.bench.report.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * JSON of a run that may still be written: what cannot be read is left out and counted, never an
 * error.
 */
public final class LenientLines {

  static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private LenientLines() {}

  /**
   * Gives each line's object to the consumer; a file that is not there has none.
   *
   * @return lines left out; the last one does not count, for it may be half written
   */
  static int read(Path file, Consumer<JsonNode> consumer) {
    if (!Files.isRegularFile(file)) {
      return 0;
    }
    int bad = 0;
    boolean lastIsBad = false;
    // A reader of its own: the one of Files fails where a character is half written.
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.isBlank()) {
          continue;
        }
        Optional<JsonNode> object = object(line);
        lastIsBad = object.isEmpty();
        bad += lastIsBad ? 1 : 0;
        object.ifPresent(consumer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lastIsBad ? bad - 1 : bad;
  }

  /** The object that the text is, if it is one. */
  public static Optional<JsonNode> object(String text) {
    try {
      return Optional.ofNullable(MAPPER.readTree(text)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
