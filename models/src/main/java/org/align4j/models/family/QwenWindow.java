package org.align4j.models.family;

import org.align4j.models.transformer.ConfigFields;

/** The sliding window of Qwen's configurations. */
final class QwenWindow {

  private QwenWindow() {}

  /**
   * Refuses a window that a layer uses: where {@code use_sliding_window} says so, the layers from
   * {@code max_window_layers} on, all where it does not say from which; or those that {@code
   * layer_types} names.
   */
  static void refuse(ConfigFields json, int maxPositions) {
    if (!json.flag("use_sliding_window", false)) {
      return;
    }
    boolean used =
        json.get("layer_types").isArray()
            ? json.get("layer_types").toString().contains("sliding_attention")
            : json.integer("num_hidden_layers", 32) > json.integer("max_window_layers", 0);
    if (used) {
      json.refuseWindow(maxPositions, 4096);
      json.refuseOtherThanFullAttention();
    }
  }
}
