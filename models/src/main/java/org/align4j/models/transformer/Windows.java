package org.align4j.models.transformer;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.ops.Heads;

/**
 * Sliding windows of attention.
 *
 * @param size positions that a token attends to, its own among them; above 0 unless no layer has
 *     the window
 * @param layers those that have it
 */
public record Windows(int size, LayerPattern layers) {

  /** Full attention in every layer. */
  public static final Windows NONE = new Windows(0, LayerPattern.NONE);

  public Windows {
    checkArgument(
        size > 0 || (size == 0 && layers.equals(LayerPattern.NONE)),
        "sliding_window is %s: it must be above 0",
        size);
  }

  /** The same window in every layer; none for a size of 0. */
  public static Windows ofAll(int size) {
    return size == 0 ? NONE : new Windows(size, LayerPattern.ALL);
  }

  /** A layer's attention. A window that no sequence outgrows is left out. */
  public Heads heads(TransformerConfig config, int layer) {
    boolean matters = layers.has(layer) && size < config.maxPositions();
    return new Heads(config.heads(), config.keyValueHeads(), config.headDim(), matters ? size : 0);
  }
}
