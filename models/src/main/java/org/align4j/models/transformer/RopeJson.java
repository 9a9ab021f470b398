package org.align4j.models.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
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

  /** See {@link ConfigFields#rope(String, String, double)}. */
  Rope read(String layerType, String thetaKey, double otherwise) {
    JsonNode settings = json.path("rope_parameters").path(layerType);
    if (!settings.isObject()) {
      refuseFlat();
      settings = JsonNodeFactory.instance.objectNode();
    }
    JsonNode scaling = json.path("rope_scaling");
    if (scaling.isObject() && layerType.equals("full_attention")) {
      ObjectNode both = settings.deepCopy();
      both.setAll((ObjectNode) scaling);
      settings = both;
    }
    JsonNode theta = settings.has("rope_theta") ? settings.path("rope_theta") : json.path(thetaKey);
    String type = settings.path("rope_type").asText(settings.path("type").asText("default"));
    return new Rope(
        theta.isMissingNode() ? otherwise : number(thetaKey, theta), scaling(type, settings));
  }

  private void refuseFlat() {
    if (json.path("rope_parameters").has("rope_type")) {
      throw new BadFileException(
          file,
          "has rope_parameters for all layers: those of full_attention and of sliding_attention"
              + " are needed");
    }
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
      case "longrope", "su" -> longRope(settings);
      default ->
          throw new BadFileException(
              file,
              "has rotary scaling %s: default, linear, llama3 and longrope are supported",
              BadFileException.quote(type));
    };
  }

  /** The original context stands outside the rotary settings where a configuration has it. */
  private Rope.Scaling longRope(JsonNode settings) {
    String key = "original_max_position_embeddings";
    int original = (int) number(key, json.has(key) ? json.path(key) : settings.path(key));
    int extended = (int) number("max_position_embeddings", json.path("max_position_embeddings"));
    double factor =
        settings.path("factor").isNumber()
            ? settings.path("factor").doubleValue()
            : (double) extended / original;
    return new Rope.LongRope(
        numbers("short_factor", settings.path("short_factor")),
        numbers("long_factor", settings.path("long_factor")),
        original,
        extended,
        settings.path("attention_factor").isNumber()
            ? settings.path("attention_factor").doubleValue()
            : Rope.LongRope.attentionFactor(factor, original));
  }

  private ImmutableList<Double> numbers(String key, JsonNode node) {
    if (!node.isArray()) {
      throw new BadFileException(
          file,
          "%s of the rotary settings is %s: it should be a list of numbers",
          key,
          node.isMissingNode() ? "missing" : BadFileException.quote(node.toString()));
    }
    var numbers = ImmutableList.<Double>builder();
    node.forEach(number -> numbers.add(number(key, number)));
    return numbers.build();
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
      case Rope.LongRope longRope -> {
        write(longRope, parameters, config);
        return;
      }
    }
    ObjectNode scaling = parameters.deepCopy();
    scaling.remove("rope_theta");
    config.set("rope_scaling", scaling);
  }

  private static void write(Rope.LongRope rope, ObjectNode parameters, ObjectNode config) {
    int original = rope.originalMaxPositions();
    int extended = rope.extendedMaxPositions();
    config.put("max_position_embeddings", extended);
    config.put("original_max_position_embeddings", original);
    parameters.put("rope_type", "longrope");
    rope.shortFactors().forEach(parameters.putArray("short_factor")::add);
    rope.longFactors().forEach(parameters.putArray("long_factor")::add);
    parameters.put("original_max_position_embeddings", original);
    parameters.put("attention_factor", rope.attentionFactor());
    // older readers know three keys; newer ones look here first and would miss a factor of its own
    if (rope.attentionFactor()
        == Rope.LongRope.attentionFactor((double) extended / original, original)) {
      ObjectNode scaling = config.putObject("rope_scaling").put("type", "longrope");
      scaling.set("short_factor", parameters.get("short_factor"));
      scaling.set("long_factor", parameters.get("long_factor"));
    }
  }
}
