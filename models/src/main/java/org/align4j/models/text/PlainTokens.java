package org.align4j.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.align4j.models.text.bpe.BpeJson;
import org.jspecify.annotations.Nullable;

/**
 * The {@code tokenizer.json} that reads special tokens as ordinary characters: what {@code
 * encode_special_tokens = True} does, which the Java binding does not offer.
 *
 * <p>The library numbers added tokens by their order: one that is in the vocabulary has its id
 * there, any other the one after the largest ({@code AddedVocabulary::add_tokens}). So special
 * tokens leave gaps, and tokens that no text holds fill them: the others keep their ids.
 */
final class PlainTokens {

  private final JsonNode vocab;
  private final Map<String, Integer> unigrams = new HashMap<>();
  private final String filler = "\uFDD0" + UUID.randomUUID() + "\uFDD1";

  private PlainTokens(JsonNode vocab) {
    this.vocab = vocab;
    for (int id = 0; vocab.isArray() && id < vocab.size(); id++) {
      unigrams.put(vocab.get(id).path(0).asText(), id);
    }
  }

  /** A copy of the tokenizer without its special tokens and what would add them. */
  static ObjectNode of(ObjectNode json) {
    ObjectNode copy = json.objectNode();
    copy.setAll(json);
    copy.set(
        "added_tokens",
        new PlainTokens(json.path("model").path("vocab"))
            .ordinary(json.path("added_tokens"), json));
    copy.putNull("post_processor");
    return copy;
  }

  private ArrayNode ordinary(JsonNode all, ObjectNode json) {
    ArrayNode kept = json.arrayNode();
    int largestOfAll = -1;
    int largest = -1;
    Map<String, Integer> known = new HashMap<>();
    for (JsonNode token : all) {
      String content = token.path("content").asText();
      @Nullable Integer id = known.get(content);
      if (id == null) {
        id = inVocabulary(content);
      }
      if (id == null) {
        id = next(largestOfAll);
      }
      known.put(content, id);
      largestOfAll = Math.max(largestOfAll, id);
      if (token.path("special").asBoolean()) {
        continue;
      }
      if (inVocabulary(content) == null) {
        for (int gap = next(largest); gap < id; gap++) {
          BpeJson.addedToken(kept, gap, filler + gap, false);
        }
      }
      kept.add(token);
      largest = Math.max(largest, id);
    }
    return kept;
  }

  private int next(int largest) {
    return Math.max(largest + 1, vocab.size());
  }

  private @Nullable Integer inVocabulary(String token) {
    if (vocab.isArray()) {
      return unigrams.get(token);
    }
    JsonNode id = vocab.path(token);
    return id.isInt() ? (Integer) id.intValue() : null;
  }
}
