package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products by their definition: every sum a chain of fused multiply-adds in the order of the
 * depth.
 */
public final class ScalarProducts {

  private static final int ROW_TILE = 16;

  private ScalarProducts() {}

  static int tiles(int rows) {
    return (rows + ROW_TILE - 1) / ROW_TILE;
  }

  public static void pack(Matrix source, WeightLayout layout, PackedMatrix target, int from, int to) {
    for (int c = from; c < to; c++) {
      for (int k = 0; k < target.depth(); k++) {
        float value = layout == WeightLayout.OUT_IN ? source.get(c, k) : source.get(k, c);
        Memory.set(target.address(c, k), value);
      }
    }
  }

  static void product(
      Matrix x,
      boolean transposed,
      int rows,
      PackedMatrix weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to) {
    for (int n = from * ROW_TILE; n < Math.min(rows, to * ROW_TILE); n++) {
      for (int c = 0; c < weight.columns(); c++) {
        float sum = add ? y.get(n, c) : 0;
        for (int k = 0; k < weight.depth(); k++) {
          float left = transposed ? x.get(k, n) : x.get(n, k);
          sum = Math.fma(left, Memory.get(weight.address(c, k)), sum);
        }
        y.set(n, c, bias == null ? sum : sum + bias.get(c));
      }
    }
  }
}
