package org.align4j.core.kernel.scalar;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Heads;

/** Attention row by row: {@link ScalarAttention} and {@link ScalarAttentionGradient}. */
final class ScalarAttentionKernels implements AttentionKernels {

  @Override
  public void attention(Operands operands, int from, int to, Scratch scratch) {
    AttentionTiles tiles = operands.tiles();
    checkArgument(!tiles.areSteps(), "the tiles are steps: they go to stepAttention");
    for (int tile = from; tile < to; tile++) {
      ScalarAttention.attention(
          operands.q(),
          operands.k(),
          operands.v(),
          tiles,
          operands.out(),
          operands.logSumExp(),
          tile,
          scratch);
    }
  }

  @Override
  public KeyValuePanels keyValuePanels(Heads heads) {
    return new KeyValuePanels(heads, 1);
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
    cache.checkFor(tiles.heads(), 1);
    for (int tile = from; tile < to; tile++) {
      ScalarAttention.attention(q, cache.keys(), cache.values(), tiles, out, null, tile, scratch);
    }
  }

  @Override
  public void attentionGradient(Gradient gradient, int from, int to, Scratch scratch) {
    for (int tile = from; tile < to; tile++) {
      ScalarAttentionGradient.gradient(gradient, tile, scratch);
    }
  }
}
