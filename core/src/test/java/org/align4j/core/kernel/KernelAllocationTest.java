package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Compiled kernels allocate nothing: vectors live in registers. Attention has some steps outside
 * its loops that the compiler may leave boxed: a few objects a call, where a boxed loop makes
 * thousands.
 */
@Tag("isolated")
class KernelAllocationTest {

  /** Rounds of calls within which the compiler has seen everything, also on a busy machine. */
  private static final int ROUNDS = 400;

  /** Bytes per call that attention may take; one boxed loop takes twice as many. */
  private static final long FEW_OBJECTS = 24_000;

  @Test
  void aThousandCallsAllocateNothing() {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Kernels k = new VectorKernels();
    try (KernelData data = new KernelData(1)) {
      Scratch scratch = data.scratch;
      Matrix x = data.matrix(8, 64);
      Matrix y = data.matrix(8, 64);
      Floats weight = data.floats(64);
      PackedMatrix w = data.pack(k, data.matrix(64, 64), WeightLayout.OUT_IN);
      AttentionTiles tiles = new AttentionTiles(new Heads(2, 1, 32));
      Matrix query = data.matrix(64, 64);
      Matrix out = data.matrix(64, 64);
      Matrix keys = data.matrix(64, 32);
      Matrix statistics = data.matrix(8, 3);
      Map<String, Runnable> calls = new LinkedHashMap<>();
      calls.put("norm", () -> k.rmsNorm(x, weight, 1e-5f, y, 0, 8));
      calls.put("swiGlu", () -> k.swiGlu(x, x, y, 0, 8));
      calls.put(
          "product", () -> k.product(x, 8, w, null, y, false, 0, k.productTiles(8, w), scratch));
      calls.put(
          "attention",
          () -> {
            tiles.clear();
            tiles.addSegment(0, 64, 0, 0, 0, 0);
            k.attention(query, keys, keys, tiles, out, null, 0, tiles.tiles(), scratch);
          });
      calls.put("head", () -> k.sliceStatistics(x, 1, statistics, 0, 0, 8, scratch));
      calls.put(
          "optimiser",
          () -> k.adamW(weight, weight, weight, weight, 1, 0, 0.9, 0.999, 1, 0, 1, 0, 64));
      for (var call : calls.entrySet()) {
        long allowed = call.getKey().equals("attention") ? 1000 * FEW_OBJECTS : 0;
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && allocated > allowed; round++) {
          long before = bean.getCurrentThreadAllocatedBytes();
          for (int i = 0; i < 1000; i++) {
            call.getValue().run();
          }
          allocated = bean.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as(call.getKey()).isLessThanOrEqualTo(allowed);
      }
    }
  }
}
