package org.align4j.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.regex.Pattern;

/** What of a text the {@code decoder} of a {@code tokenizer.json} may still change. */
final class DecoderJson {

  /** A byte as a token, as SentencePiece writes it. */
  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

  private DecoderJson() {}

  /** Tokens that are one byte each: a run of them is text only if it is UTF-8 as a whole. */
  static ImmutableSet<Integer> byteTokens(JsonNode tokenizer) {
    if (!has(tokenizer.path("decoder"), "ByteFallback")) {
      return ImmutableSet.of();
    }
    var ids = ImmutableSet.<Integer>builder();
    JsonNode vocab = tokenizer.path("model").path("vocab");
    for (int id = 0; vocab.isArray() && id < vocab.size(); id++) {
      if (BYTE.matcher(vocab.get(id).path(0).asText()).matches()) {
        ids.add(id);
      }
    }
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      if (BYTE.matcher(entry.getKey()).matches()) {
        ids.add(entry.getValue().asInt());
      }
    }
    return ids.build();
  }

  /**
   * How many of the last characters later tokens may change: those that may begin what is replaced
   * across tokens. All, where a pattern decides.
   */
  static int tail(JsonNode tokenizer) {
    JsonNode decoder = tokenizer.path("decoder");
    boolean fused = false;
    long tail = 0;
    for (JsonNode step :
        decoder.path("type").asText().equals("Sequence")
            ? decoder.path("decoders")
            : ImmutableList.of(decoder)) {
      switch (step.path("type").asText()) {
        case "Fuse", "ByteLevel" -> fused = true;
        case "Replace" -> {
          JsonNode pattern = step.path("pattern");
          if (fused) {
            tail +=
                pattern.has("String")
                    ? Math.max(0, pattern.path("String").asText().length() - 1)
                    : Integer.MAX_VALUE;
          }
        }
        default -> {}
      }
    }
    return (int) Math.min(tail, Integer.MAX_VALUE);
  }

  /** Whether characters are taken from the end: the library aborts where a text has fewer. */
  static boolean stripsTheEnd(JsonNode decoder) {
    boolean strips =
        decoder.path("type").asText().equals("Strip") && decoder.path("stop").asInt() > 0;
    for (JsonNode step : decoder.path("decoders")) {
      strips |= stripsTheEnd(step);
    }
    return strips;
  }

  private static boolean has(JsonNode decoder, String type) {
    if (decoder.path("type").asText().equals(type)) {
      return true;
    }
    for (JsonNode step : decoder.path("decoders")) {
      if (has(step, type)) {
        return true;
      }
    }
    return false;
  }
}
