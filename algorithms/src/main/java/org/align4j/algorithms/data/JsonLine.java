package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Reads the one object of a line. Keys that come twice and anything after the object are errors;
 * NaN and Infinity, which Python writes, are read. Half a surrogate pair becomes U+FFFD, as when a
 * tokenizer encodes it.
 */
final class JsonLine {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final Pattern PLACE =
      Pattern.compile("\\s*(?:\\(start marker )?at \\[Source:[^]]*]\\)?");
  private static final Pattern SURROGATE = Pattern.compile("\\\\u[dD][89a-fA-F]");
  private static final CharMatcher BLANK = CharMatcher.anyOf(" \t\r\n");

  private JsonLine() {}

  /**
   * The object of a line.
   *
   * @throws IllegalArgumentException saying what is wrong, with the column
   */
  static ObjectNode read(String text) {
    try (JsonParser parser = MAPPER.createParser(text)) {
      JsonNode node = MAPPER.readTree(parser);
      int end = (int) parser.currentLocation().getCharOffset();
      int rest = end + indexOfText(text.substring(Math.min(end, text.length())));
      checkArgument(
          rest >= text.length(),
          "column %s: there is more after the first value (%s): one JSON object a line is needed",
          rest + 1,
          start(text.substring(Math.min(rest, text.length()))));
      checkArgument(node.isObject(), "it is not a JSON object");
      ObjectNode object = (ObjectNode) node;
      if (SURROGATE.matcher(text).find()) {
        mend(object);
      }
      return object;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "it is not JSON (column %s: %s)"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
                  PLACE.matcher(e.getOriginalMessage()).replaceAll("")),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException("it is not JSON (" + e.getMessage() + ")", e);
    }
  }

  private static int indexOfText(String rest) {
    int index = BLANK.negate().indexIn(rest);
    return index < 0 ? rest.length() : index;
  }

  private static String start(String text) {
    return text.length() <= 20 ? text : text.substring(0, 20) + "…";
  }

  /** Whether a line is the beginning of a value that goes on in the next lines. */
  static boolean isUnfinished(String text) {
    try (JsonParser parser = MAPPER.createParser(text)) {
      MAPPER.readTree(parser);
      return false;
    } catch (JsonEOFException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void mend(ObjectNode object) {
    for (String key : ImmutableList.copyOf(object.fieldNames())) {
      JsonNode value = object.get(key);
      if (value.isTextual()) {
        object.set(key, TextNode.valueOf(whole(value.asText())));
      } else {
        mendInside(value);
      }
    }
  }

  private static void mendInside(JsonNode value) {
    if (value instanceof ObjectNode object) {
      mend(object);
    } else if (value instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        if (array.get(i).isTextual()) {
          array.set(i, TextNode.valueOf(whole(array.get(i).asText())));
        } else {
          mendInside(array.get(i));
        }
      }
    }
  }

  /** A text with U+FFFD for each surrogate that is not one of a pair. */
  private static String whole(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(c >= 0xd800 && c <= 0xdfff ? 0xfffd : c));
    return out.toString();
  }
}
