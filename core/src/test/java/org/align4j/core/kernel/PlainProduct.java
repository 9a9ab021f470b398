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
      PackedMatrix weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < weight.columns(); c++) {
        double sum = add ? y.get(n, c) : 0;
        for (int k = 0; k < weight.depth(); k++) {
          float left = transposed ? x.get(k, n) : x.get(n, k);
          sum += (double) left * Memory.get(weight.address(c, k));
        }
        y.set(n, c, (float) (bias == null ? sum : sum + bias.get(c)));
      }
    }
  }
}
