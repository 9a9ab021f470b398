package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.jspecify.annotations.Nullable;

/** Matrix products by their definition: sums in double. */
final class PlainProduct {

  private PlainProduct() {}

  static void product(
      Matrix x,
      boolean transposed,
      Panels weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch) {
    long column = scratch.address(weight.depth());
    for (int c = 0; c < weight.columns(); c++) {
      weight.copyColumn(c, column);
      for (int n = from; n < to; n++) {
        double sum = add ? y.get(n, c) : 0;
        for (int k = 0; k < weight.depth(); k++) {
          float left = transposed ? x.get(k, n) : x.get(n, k);
          sum += (double) left * Memory.get(column + 4L * k);
        }
        y.set(n, c, (float) (bias == null ? sum : sum + bias.get(c)));
      }
    }
  }
}
