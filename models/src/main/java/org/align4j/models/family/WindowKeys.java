package org.align4j.models.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.LayerPattern;
import org.align4j.models.transformer.Windows;

/** The keys of {@code config.json} that say which layers attend to a sliding window. */
final class WindowKeys {

  static final String LOCAL = "sliding_attention";
  static final String GLOBAL = "full_attention";

  private static final String SIZE = "sliding_window";
  private static final String TYPES = "layer_types";

  private WindowKeys() {}

  /**
   * {@code sliding_window} of a family whose layers are all alike; null is none.
   *
   * @param otherwise the window where the key is absent, 0 for none
   */
  static Windows ofAll(ConfigFields json, int layers, int otherwise) {
    Windows windows = Windows.ofAll(size(json, otherwise));
    Optional<LayerPattern> types = types(json, layers, LayerPattern.ALL);
    json.refuseUnless(
        types.isEmpty() || types.get().equals(windows.layers()),
        "has a sliding_window of "
            + (windows.size() == 0 ? "null" : windows.size())
            + " and other layer_types: this family's layers are all "
            + LOCAL
            + " with a window and all "
            + GLOBAL
            + " without one");
    return windows;
  }

  /**
   * {@code use_sliding_window} and {@code sliding_window}: the layers that {@code layer_types}
   * names, or the usual ones.
   *
   * @param otherwise the window where the key is absent, 0 for none
   */
  static Windows ofSome(ConfigFields json, int layers, int otherwise, LayerPattern usual) {
    int size = json.flag("use_sliding_window", false) ? size(json, otherwise) : 0;
    LayerPattern local = types(json, layers, usual).orElse(size == 0 ? LayerPattern.NONE : usual);
    json.refuseUnless(
        size > 0 || local.equals(LayerPattern.NONE),
        "has layers of the type "
            + LOCAL
            + " and no window: set use_sliding_window and sliding_window, or make all layer_types "
            + GLOBAL);
    return local.equals(LayerPattern.NONE) ? Windows.NONE : new Windows(size, local);
  }

  /** Qwen's: without {@code layer_types}, those from {@code max_window_layers} on have it. */
  static Windows ofQwen(ConfigFields json, int layers) {
    int first = json.integer("max_window_layers", 28);
    LayerPattern local = LayerPattern.of(layers, layer -> layer >= first, LayerPattern.NONE);
    return ofSome(json, layers, 4096, local);
  }

  private static int size(ConfigFields json, int otherwise) {
    int size = json.integerOrNull(SIZE, otherwise, 0);
    json.refuseUnless(
        size > 0 || !json.get(SIZE).isInt(),
        "sliding_window is " + size + ": it must be above 0, or null for none");
    return size;
  }

  /**
   * {@code layer_types}, where it is there.
   *
   * @param usual the pattern that a model has where it says the same
   */
  static Optional<LayerPattern> types(ConfigFields json, int layers, LayerPattern usual) {
    JsonNode types = json.get(TYPES);
    if (!types.isArray()) {
      return Optional.empty();
    }
    json.refuseUnless(
        types.size() == layers,
        "layer_types has "
            + types.size()
            + " layers, num_hidden_layers is "
            + layers
            + ": they must be as many");
    for (JsonNode type : types) {
      json.refuseUnless(
          type.asText().equals(LOCAL) || type.asText().equals(GLOBAL),
          "has layers of the type "
              + BadFileException.quote(type.asText())
              + ": "
              + LOCAL
              + " and "
              + GLOBAL
              + " are supported");
    }
    return Optional.of(
        LayerPattern.of(layers, layer -> types.get(layer).asText().equals(LOCAL), usual));
  }

  /** The window of a family whose layers are all alike. */
  static void writeAll(Windows windows, ObjectNode json) {
    if (windows.size() == 0) {
      json.putNull(SIZE);
    } else {
      json.put(SIZE, windows.size());
    }
  }

  /** The window and the layers that have it; older readers find the first of them. */
  static void writeSome(Windows windows, int layers, ObjectNode json) {
    json.put("use_sliding_window", windows.size() > 0);
    if (windows.size() > 0) {
      json.put(SIZE, windows.size());
      int first = windows.layers().first(layers).indexOf(true);
      json.put("max_window_layers", first < 0 ? layers : first);
      writeTypes(windows.layers(), layers, json);
    }
  }

  static void writeTypes(LayerPattern local, int layers, ObjectNode json) {
    ArrayNode types = json.putArray(TYPES);
    local.first(layers).forEach(answer -> types.add(answer ? LOCAL : GLOBAL));
  }
}
