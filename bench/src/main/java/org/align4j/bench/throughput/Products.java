package org.align4j.bench.throughput;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.runtime.Resources;

/** Speed of a matrix product with packed weights. */
final class Products {

  private static final int REPETITIONS = 40;

  private Products() {}

  /**
   * Best of some repetitions of {@code [rows,depth] × [depth,columns]} on all cores, in GFLOP/s.
   */
  static double gigaflops(int rows, int depth, int columns) {
    Kernels kernels = Resources.shared().kernels();
    try (NativeMemory memory = new NativeMemory();
        Threads threads = Threads.ofProcessors()) {
      Matrix x = filled(memory, (long) rows * depth).matrix(depth);
      Matrix weight = filled(memory, (long) columns * depth).matrix(depth);
      Matrix y = memory.allocate((long) rows * columns).matrix(columns);
      NativeFloats panels = memory.allocate(kernels.products().packedLength(depth, columns));
      PackedMatrix packed = kernels.products().packed(panels, depth, columns);
      kernels.products().pack(weight, WeightLayout.OUT_IN, packed, 0, packed.panels());
      Task task =
          (from, to, scratch) ->
              kernels.products().product(x, rows, packed, null, y, false, from, to, scratch);
      double best = 0;
      for (int i = 0; i < REPETITIONS; i++) {
        long start = System.nanoTime();
        threads.run(task, kernels.products().productTiles(rows, packed), 1);
        double seconds = (System.nanoTime() - start) * 1e-9;
        best = Math.max(best, 2.0 * rows * depth * columns / seconds * 1e-9);
      }
      return best;
    }
  }

  private static NativeFloats filled(NativeMemory memory, long count) {
    NativeFloats floats = memory.allocate(count);
    for (long i = 0; i < count; i++) {
      floats.set(i, (i % 13 - 6) * 0.1f);
    }
    return floats;
  }
}
