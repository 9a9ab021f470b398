package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.vector.VectorKernels;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Compiled kernels allocate nothing: vectors live in registers. Attention has some steps outside
 * its loops that the compiler may leave boxed: a few objects a row, where a boxed loop makes many.
 */
@Tag("isolated")
class KernelAllocationTest {

  /** Rounds of calls within which the compiler has seen everything, also on a busy machine. */
  private static final int ROUNDS = 400;

  private static final int CALLS = 1000;

  /** Bytes per row of queries that attention may take; one boxed loop takes twice as many. */
  private static final long FEW_OBJECTS = 375;

  private static final int WIDTH = 1024;

  private record Call(String name, int rows, Runnable run) {}

  @Test
  void aThousandCallsAllocateNothing() {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Kernels k = new VectorKernels();
    try (KernelData data = new KernelData(1)) {
      Scratch scratch = data.scratch;
      Matrix x = data.matrix(8, WIDTH);
      Matrix y = data.matrix(8, WIDTH);
      NativeFloats weight = data.floats(WIDTH);
      NativeFloats moments = data.floats(16);
      double[] sums = new double[1];
      PackedMatrix w = data.pack(k, data.matrix(64, WIDTH), WeightLayout.OUT_IN);
      Matrix product = data.matrix(8, 64);
      AttentionTiles whole = new AttentionTiles(new Heads(2, 1, 32));
      whole.set(SequenceLayout.single(64));
      AttentionTiles tiles = new AttentionTiles(new Heads(2, 1, 32));
      Matrix query = data.matrix(64, 64);
      Matrix out = data.matrix(64, 64);
      Matrix keys = data.matrix(64, 32);
      Matrix cached = data.matrix(192, 32);
      KeyValuePanels cache =
          data.cache(k, tiles.heads(), cached, cached, IntStream.range(0, 192).toArray());
      Matrix statistics = data.matrix(8, 3);
      Matrix logits = data.matrix(8, WIDTH);
      HeadKernels.LogitsGradient headGradient =
          new HeadKernels.LogitsGradient(
              new int[8], 1, data.floats(8), data.floats(8), new float[8], new float[8]);
      NormKernels.Gradient normGradient =
          new NormKernels.Gradient(x, weight, 1, x, y, false, moments);
      AttentionKernels.Operands forward =
          new AttentionKernels.Operands(query, keys, keys, whole, out, data.matrix(64, 2));
      AttentionKernels.Gradient gradient =
          new AttentionKernels.Gradient(
              forward, out, query, keys, keys, data.matrix(64, 32), data.matrix(64, 32));
      OptimiserKernels.Moments all = new OptimiserKernels.Moments(weight, weight, weight, weight);
      OptimiserKernels.AdamWStep update = new OptimiserKernels.AdamWStep(1, 0, 0.9, 0.999, 1, 0, 1);
      List<Call> calls =
          List.of(
              new Call("norm", 8, () -> k.norms().rmsNorm(x, weight, 1e-5f, y, 0, 8)),
              new Call("norm gradient", 8, () -> k.norms().layerNormGradient(normGradient, 0, 8)),
              new Call("squares", 1, () -> k.optimiser().sumOfSquares(weight, sums, 0, 1)),
              new Call("swiGlu", 8, () -> k.activations().swiGlu(x, x, y, 0, 8)),
              new Call(
                  "swiGlu gradient", 8, () -> k.activations().swiGluGradient(x, x, x, y, y, 0, 8)),
              new Call("geGlu", 8, () -> k.activations().geGlu(x, x, y, 0, 8)),
              new Call(
                  "geGlu gradient", 8, () -> k.activations().geGluGradient(x, x, x, y, y, 0, 8)),
              new Call("gelu, erf", 8, () -> k.activations().gelu(x, Gelu.ERF, y, 0, 8)),
              new Call("gelu, tanh", 8, () -> k.activations().gelu(x, Gelu.TANH, y, 0, 8)),
              new Call(
                  "gelu gradient, erf",
                  8,
                  () -> k.activations().geluGradient(x, Gelu.ERF, x, y, false, 0, 8)),
              new Call(
                  "gelu gradient, tanh",
                  8,
                  () -> k.activations().geluGradient(x, Gelu.TANH, x, y, true, 0, 8)),
              new Call(
                  "product",
                  8,
                  () ->
                      k.products()
                          .product(
                              x,
                              8,
                              w,
                              null,
                              product,
                              false,
                              0,
                              k.products().productTiles(8, w),
                              scratch)),
              new Call(
                  "attention",
                  64,
                  () -> k.attention().attention(forward, 0, whole.tiles(), scratch)),
              new Call(
                  "attention gradient",
                  64,
                  () ->
                      k.attention().attentionGradient(gradient, 0, whole.gradientTiles(), scratch)),
              new Call(
                  "attention of a step",
                  8,
                  () -> {
                    tiles.clear();
                    for (int m = 0; m < 4; m++) {
                      tiles.addStep(m, 55 + m, 0, 40, 72 + 32 * m);
                    }
                    k.attention()
                        .stepAttention(query, cache, tiles, out, 0, tiles.tiles(), scratch);
                  }),
              new Call(
                  "head", 8, () -> k.heads().sliceStatistics(x, 1, statistics, 0, 0, 8, scratch)),
              new Call(
                  "head gradient",
                  8,
                  () -> k.heads().logitsGradient(logits, 0, headGradient, 0, 8)),
              new Call("optimiser", 1, () -> k.optimiser().adamW(all, update, 0, WIDTH)));
      for (Call call : calls) {
        boolean attention = call.name().startsWith("attention");
        long allowed = attention ? (long) CALLS * call.rows() * FEW_OBJECTS : 0;
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && allocated > allowed; round++) {
          long before = bean.getCurrentThreadAllocatedBytes();
          for (int i = 0; i < CALLS; i++) {
            call.run().run();
          }
          allocated = bean.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as(call.name()).isLessThanOrEqualTo(allowed);
      }
    }
  }
}
