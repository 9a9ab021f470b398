package org.align4j.models.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.align4j.core.file.BadFileException;

/**
 * Rotary settings in {@code config.json}: {@code rope_parameters} (transformers 5), or {@code
 * rope_theta} and {@code rope_scaling} (before). Where both are there, {@code rope_scaling} counts,
 * as in {@code convert_rope_params_to_dict}.
 */
public final class RopeJson {

  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String PART = "partial_rotary_factor";

  private final Path file;
  private final JsonNode json;
  private final Defaults defaults;

  /**
   * What an absent key means.
   *
   * @param theta the base
   * @param maxPositions {@code max_position_embeddings}
   * @param originalMaxPositions context of the pre-training
   */
  record Defaults(double theta, int maxPositions, int originalMaxPositions) {}

  RopeJson(Path file, JsonNode json, Defaults defaults) {
    this.file = file;
    this.json = json;
    this.defaults = defaults;
  }

  Rope read() {
    JsonNode scaling = json.path("rope_scaling");
    JsonNode parameters = json.path("rope_parameters");
    boolean older = scaling.isObject() && !scaling.isEmpty();
    return rope(
        older
            ? scaling
            : parameters.isObject() ? parameters : JsonNodeFactory.instance.objectNode(),
        "rope_theta");
  }

  /** See {@link ConfigFields#rope(String, String, double, int)}. */
  Rope read(String layerType, String thetaKey) {
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
    return rope(settings, thetaKey);
  }

  private void refuseFlat() {
    if (json.path("rope_parameters").has("rope_type")) {
      throw new BadFileException(
          file,
          "has rope_parameters for all layers: those of full_attention and of sliding_attention"
              + " are needed");
    }
  }

  private Rope rope(JsonNode settings, String thetaKey) {
    JsonNode theta = settings.has("rope_theta") ? settings.path("rope_theta") : json.path(thetaKey);
    JsonNode part = settings.hasNonNull(PART) ? settings.path(PART) : json.path(PART);
    String type = settings.path("rope_type").asText(settings.path("type").asText("default"));
    return new Rope(
        theta.isMissingNode() ? defaults.theta() : number(thetaKey, theta),
        scaling(type, settings),
        isAbsent(part) ? 1 : number(PART, part));
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
              original(settings));
      // what Phi-3 called LongRoPE at first
      case "yarn" -> settings.has("short_factor") ? longRope(settings) : yarn(settings);
      case "longrope", "su" -> longRope(settings);
      default ->
          throw new BadFileException(
              file,
              "has rotary scaling %s: default, linear, llama3, yarn and longrope are supported",
              BadFileException.quote(type));
    };
  }

  private Rope.Scaling yarn(JsonNode settings) {
    int original = original(settings);
    return new Rope.Yarn(
        factor(settings, original),
        original,
        orUsual(settings, "beta_fast", 32),
        orUsual(settings, "beta_slow", 1),
        optional(settings, "attention_factor"),
        optional(settings, "mscale"),
        optional(settings, "mscale_all_dim"),
        settings.path("truncate").asBoolean(true));
  }

  private Rope.Scaling longRope(JsonNode settings) {
    int original = original(settings);
    return new Rope.LongRope(
        numbers("short_factor", settings.path("short_factor")),
        numbers("long_factor", settings.path("long_factor")),
        original,
        defaults.maxPositions(),
        optional(settings, "attention_factor")
            .orElseGet(() -> Rope.LongRope.attentionFactor(factor(settings, original), original)));
  }

  /** Null, or absent: how often the original context fits into the whole. */
  private double factor(JsonNode settings, int original) {
    return optional(settings, "factor").orElse((double) defaults.maxPositions() / original);
  }

  /** The original context outside the rotary settings counts where a configuration has it. */
  private int original(JsonNode settings) {
    JsonNode node = json.hasNonNull(ORIGINAL) ? json.path(ORIGINAL) : settings.path(ORIGINAL);
    return isAbsent(node) ? defaults.originalMaxPositions() : (int) number(ORIGINAL, node);
  }

  /** {@code settings.get(key) or otherwise} of Python. */
  private double orUsual(JsonNode settings, String key, double usual) {
    double value = optional(settings, key).orElse(usual);
    return value == 0 ? usual : value;
  }

  private OptionalDouble optional(JsonNode settings, String key) {
    JsonNode node = settings.path(key);
    return isAbsent(node) ? OptionalDouble.empty() : OptionalDouble.of(number(key, node));
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
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
    if (rope.part() != 1) {
      config.put(PART, rope.part());
      parameters.put(PART, rope.part());
    }
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
              .put(ORIGINAL, llama3.originalMaxPositions());
      case Rope.Yarn yarn -> write(yarn, parameters);
      case Rope.LongRope longRope -> {
        write(longRope, parameters, config);
        return;
      }
    }
    ObjectNode scaling = parameters.deepCopy();
    scaling.remove(ImmutableList.of("rope_theta", PART));
    config.set("rope_scaling", scaling);
  }

  private static void write(Rope.Yarn yarn, ObjectNode parameters) {
    parameters
        .put("rope_type", "yarn")
        .put("factor", yarn.factor())
        .put(ORIGINAL, yarn.originalMaxPositions())
        .put("beta_fast", yarn.betaFast())
        .put("beta_slow", yarn.betaSlow());
    yarn.attentionFactor().ifPresent(value -> parameters.put("attention_factor", value));
    yarn.mscale().ifPresent(value -> parameters.put("mscale", value));
    yarn.mscaleAllDim().ifPresent(value -> parameters.put("mscale_all_dim", value));
    if (!yarn.truncate()) {
      parameters.put("truncate", false);
    }
  }

  private static void write(Rope.LongRope rope, ObjectNode parameters, ObjectNode config) {
    int original = rope.originalMaxPositions();
    int extended = rope.extendedMaxPositions();
    config.put("max_position_embeddings", extended);
    config.put(ORIGINAL, original);
    parameters.put("rope_type", "longrope");
    rope.shortFactors().forEach(parameters.putArray("short_factor")::add);
    rope.longFactors().forEach(parameters.putArray("long_factor")::add);
    parameters.put(ORIGINAL, original);
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
