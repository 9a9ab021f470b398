package org.align4j.models.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.align4j.core.file.BadFileException;

/**
 * Rotary settings in {@code config.json}: {@code rope_parameters} (transformers 5), or {@code
 * rope_theta} and {@code rope_scaling} (before).
 */
public final class RopeJson {

  private final Path file;
  private final JsonNode json;

  RopeJson(Path file, JsonNode json) {
    this.file = file;
    this.json = json;
  }

  Rope read() {
    JsonNode scaling = json.path("rope_scaling").isObject() ? json.path("rope_scaling") : null;
    JsonNode parameters = json.path("rope_parameters");
    JsonNode settings =
        parameters.isObject()
            ? parameters
            : scaling != null ? scaling : JsonNodeFactory.instance.objectNode();
    JsonNode theta =
        settings.has("rope_theta") ? settings.path("rope_theta") : json.path("rope_theta");
    String type = settings.path("rope_type").asText(settings.path("type").asText("default"));
    return new Rope(
        theta.isMissingNode() ? 10_000 : number("rope_theta", theta), scaling(type, settings));
  }

  private Rope.Scaling scaling(String type, JsonNode settings) {
    return switch (type) {
      case "default" -> new Rope.Unscaled();
      case "linear" -> new Rope.Linear(number("factor", settings.path("factor")));
      case "llama3" ->
          new Rope.Llama3(
              number("factor", settings.path("factor")),
              number("low_freq_factor", settings.path("low_freq_factor")),
              number("high_freq_factor", settings.path("high_freq_factor")),
              (int)
                  number(
                      "original_max_position_embeddings",
                      settings.path("original_max_position_embeddings")));
      default ->
          throw new BadFileException(
              file,
              "has rotary scaling %s: default, linear and llama3 are supported",
              BadFileException.quote(type));
    };
  }

  private double number(String key, JsonNode node) {
    if (!node.isNumber()) {
      throw new BadFileException(
          file,
          "%s of the rotary settings is %s: it should be a number",
          key,
          node.isMissingNode() ? "missing" : BadFileException.quote(node.toString()));
    }
    return node.doubleValue();
  }

  /** Writes both forms, so that older and newer readers find theirs. */
  public static void write(Rope rope, ObjectNode config) {
    config.put("rope_theta", rope.theta());
    ObjectNode parameters = config.putObject("rope_parameters").put("rope_theta", rope.theta());
    switch (rope.scaling()) {
      case Rope.Unscaled() -> {
        parameters.put("rope_type", "default");
        return;
      }
      case Rope.Linear(double factor) ->
          parameters.put("rope_type", "linear").put("factor", factor);
      case Rope.Llama3 llama3 ->
          parameters
              .put("rope_type", "llama3")
              .put("factor", llama3.factor())
              .put("low_freq_factor", llama3.lowFreqFactor())
              .put("high_freq_factor", llama3.highFreqFactor())
              .put("original_max_position_embeddings", llama3.originalMaxPositions());
    }
    ObjectNode scaling = parameters.deepCopy();
    scaling.remove("rope_theta");
    config.set("rope_scaling", scaling);
  }
}
