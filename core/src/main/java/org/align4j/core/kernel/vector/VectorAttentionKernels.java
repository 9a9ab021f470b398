package org.align4j.core.kernel.vector;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.vector.product.VectorProducts;
import org.align4j.core.ops.Heads;

/**
 * Attention on vectors: {@link VectorAttention}, {@link VectorStepAttention} and {@link
 * VectorAttentionGradient}.
 */
final class VectorAttentionKernels implements AttentionKernels {

  @Override
  public void attention(Operands operands, int from, int to, Scratch scratch) {
    AttentionTiles tiles = operands.tiles();
    checkArgument(!tiles.areSteps(), "the tiles are steps: they go to stepAttention");
    for (int tile = from; tile < to; tile++) {
      VectorAttention.attention(operands, tile, scratch);
    }
  }

  @Override
  public KeyValuePanels keyValuePanels(Heads heads) {
    return new KeyValuePanels(heads, VectorProducts.WIDTH);
  }

  @Override
  public void stepAttention(
      Matrix q,
      KeyValuePanels cache,
      AttentionTiles tiles,
      Matrix out,
      int from,
      int to,
      Scratch scratch) {
    checkArgument(tiles.areSteps(), "the tiles are no steps: segments go to attention");
    cache.checkFor(tiles.heads(), VectorProducts.WIDTH);
    for (int tile = from; tile < to; tile++) {
      VectorStepAttention.attention(q, cache, tiles, out, tile, scratch);
    }
  }

  @Override
  public void attentionGradient(Gradient operands, int from, int to, Scratch scratch) {
    VectorAttentionGradient gradient = new VectorAttentionGradient(operands);
    for (int tile = from; tile < to; tile++) {
      gradient.tile(tile, scratch);
    }
  }
}
