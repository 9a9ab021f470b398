package org.align4j.core.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** JSON read strictly: no duplicate names, nothing after the end, bounded depth and size. */
public final class JsonFiles {

  private static final int DEEPEST = 200;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFiles() {}

  /** The mapper: immutable in use. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Reads a file that must hold one JSON object of at most {@code largest} bytes. */
  public static JsonNode readObject(Path file, long largest) {
    try {
      long size = Files.size(file);
      if (size > largest) {
        throw new BadFileException(file, "has %s bytes, more than the %s allowed", size, largest);
      }
      return parseObject(file, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new BadFileException(file, "there is no such file (" + file + ")", e);
    } catch (IOException e) {
      throw new FileException(file, e);
    }
  }

  /** Parses bytes of a file as one JSON object; what is another thing is called what it is. */
  public static JsonNode parseObject(Path file, byte[] json) {
    // An object of a server's error is recognised too, so this comes first.
    ForeignFile.recognise(
            json.length > ForeignFile.ENOUGH ? Arrays.copyOf(json, ForeignFile.ENOUGH) : json)
        .ifPresent(what -> {
          throw new BadFileException(file, "%s", what);
        });
    JsonNode node;
    try {
      node = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new BadFileException(
          file, "is not JSON: " + BadFileException.quote(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new BadFileException(file, "is not JSON in UTF-8: " + e.getMessage(), e);
    }
    if (!node.isObject()) {
      throw new BadFileException(file, "is not a JSON object but %s", node.getNodeType());
    }
    return node;
  }
}
