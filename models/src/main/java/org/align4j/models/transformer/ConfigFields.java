package org.align4j.models.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.align4j.core.file.BadFileException;

/**
 * {@code config.json}, as transformers 4 and 5 write it: typed access whose errors name the file,
 * the key and what was found. A key that is absent has the default given; null is refused where
 * transformers' configuration class refuses it.
 */
public final class ConfigFields {

  private final Path file;
  private final JsonNode json;

  /** Reads an object out of a file. */
  public ConfigFields(Path file, JsonNode json) {
    this.file = file;
    this.json = json;
  }

  /** The value under a key, a missing node where there is none. */
  public JsonNode get(String key) {
    return json.path(key);
  }

  /** An integer that must be there. */
  public int integer(String key) {
    JsonNode node = json.path(key);
    refuseUnless(
        node.isInt(),
        key + " is " + BadFileException.quote(node.toString()) + ": it should be an integer");
    return node.intValue();
  }

  /** An integer that may be absent. */
  public int integer(String key, int otherwise) {
    return json.path(key).isMissingNode() ? otherwise : integer(key);
  }

  /** An integer whose key has an alias ({@code attribute_map} of transformers). */
  public int integer(String key, String alias, int otherwise) {
    return integer(key, integer(alias, otherwise));
  }

  /** An integer that may be absent or null, with what each means. */
  public int integerOrNull(String key, int absent, int ofNull) {
    return json.path(key).isNull() ? ofNull : integer(key, absent);
  }

  /** A number that may be absent. */
  public double number(String key, double otherwise) {
    JsonNode node = json.path(key);
    if (node.isMissingNode()) {
      return otherwise;
    }
    refuseUnless(
        node.isNumber(),
        key + " is " + BadFileException.quote(node.toString()) + ": it should be a number");
    return node.doubleValue();
  }

  /** True or false, may be absent. */
  public boolean flag(String key, boolean otherwise) {
    JsonNode node = json.path(key);
    if (node.isMissingNode()) {
      return otherwise;
    }
    refuseUnless(
        node.isBoolean(),
        key + " is " + BadFileException.quote(node.toString()) + ": it should be true or false");
    return node.booleanValue();
  }

  /**
   * Rotary positions of base 10,000: {@code rope_parameters}, or {@code rope_theta} and {@code
   * rope_scaling}.
   *
   * @param maxPositions {@code max_position_embeddings}
   */
  public Rope rope(int maxPositions) {
    return rope(maxPositions, 10_000, maxPositions);
  }

  /**
   * Rotary positions of a family with a base or an original context of its own.
   *
   * @param theta the base where none is there
   * @param originalMaxPositions {@code original_max_position_embeddings} where it is not there
   */
  public Rope rope(int maxPositions, double theta, int originalMaxPositions) {
    var defaults = new RopeJson.Defaults(theta, maxPositions, originalMaxPositions);
    return new RopeJson(file, json, defaults).read();
  }

  /**
   * Rotary positions of layers of one type: under its name in {@code rope_parameters}, or a base of
   * its own and, of full attention, {@code rope_scaling}.
   *
   * @param layerType as in {@code layer_types}
   * @param thetaKey the base where {@code rope_parameters} has none
   * @param theta the base where neither is there
   */
  public Rope rope(String layerType, String thetaKey, double theta, int maxPositions) {
    var defaults = new RopeJson.Defaults(theta, maxPositions, maxPositions);
    return new RopeJson(file, json, defaults).read(layerType, thetaKey);
  }

  /** Refuses an activation other than SiLU; {@code swish} is another name of it. */
  public void refuseOtherThanSilu() {
    String name = json.path("hidden_act").asText("silu");
    refuseUnless(
        name.equals("silu") || name.equals("swish"),
        "hidden_act is " + BadFileException.quote(name) + ": silu is supported");
  }

  /** Refuses layers whose {@code layer_types} is not full attention. */
  public void refuseOtherThanFullAttention() {
    for (JsonNode type : json.path("layer_types")) {
      refuseUnless(
          type.asText().equals("full_attention"),
          "has layers of the type "
              + BadFileException.quote(type.asText())
              + ": full attention is supported");
    }
  }

  /** {@code bos_token_id}; one outside the vocabulary can never come and is none. */
  public OptionalInt bosTokenId(int vocabSize, OptionalInt otherwise) {
    JsonNode node = json.path("bos_token_id");
    OptionalInt id =
        node.isMissingNode()
            ? otherwise
            : node.isInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
    return id.isPresent() && id.getAsInt() >= 0 && id.getAsInt() < vocabSize
        ? id
        : OptionalInt.empty();
  }

  /**
   * Ids under {@code eos_token_id}: none, one or a list. Those outside the vocabulary (a class
   * default in the configuration of a small model) can never come and are left out.
   */
  public ImmutableList<Integer> eosTokenIds(int vocabSize) {
    JsonNode node = json.path("eos_token_id");
    if (node.isMissingNode() || node.isNull()) {
      return ImmutableList.of();
    }
    var ids = ImmutableList.<Integer>builder();
    for (JsonNode id : node.isArray() ? node : ImmutableList.of(node)) {
      refuseUnless(
          id.isInt() && id.intValue() >= 0,
          "eos_token_id is "
              + BadFileException.quote(node.toString())
              + ": it should be an id or a list of ids");
      if (id.intValue() < vocabSize) {
        ids.add(id.intValue());
      }
    }
    return ids.build();
  }

  /** Refuses the file with this sentence unless it is fine. */
  public void refuseUnless(boolean fine, String sentence) {
    if (!fine) {
      throw new BadFileException(file, "%s", sentence);
    }
  }
}
