package org.align4j.bench.kernel;

import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.NormKernels;
import org.align4j.core.kernel.OptimiserKernels;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The kernels that are not products, on 2,048 tokens of SmolLM2-135M in sequences of 256. */
public class RowKernelBenchmark {

  private static final int N = 2048;
  private static final int D = 576;
  private static final int F = 1536;
  private static final int V = 16384;
  private static final int LABELS = 256;
  private static final int TILE = 16;
  private static final int P = 1 << 24;

  /** Operands, filled once. */
  @State(Scope.Benchmark)
  public static class Operands {
    private Task rmsNorm = (from, to, s) -> {};
    private Task rmsNormGradient = rmsNorm;
    private Task swiGlu = rmsNorm;
    private Task swiGluGradient = rmsNorm;
    private Task gelu = rmsNorm;
    private Task rope = rmsNorm;
    private Task add = rmsNorm;
    private Task attention = rmsNorm;
    private Task attentionGradient = rmsNorm;
    private Task statistics = rmsNorm;
    private Task logitsGradient = rmsNorm;
    private Task adamW = rmsNorm;
    private Task norm = rmsNorm;
    private AttentionTiles tiles = new AttentionTiles(new Heads(9, 3, 64));

    /** Fills the operands. */
    @Setup
    public void fill(KernelState state) {
      Kernels k = state.kernels;
      Matrix x = state.matrix(N, D);
      Matrix dy = state.matrix(N, D);
      Matrix y = state.matrix(N, D);
      NativeFloats w = state.floats(D);
      NativeFloats inverse = state.floats(N);
      rmsNorm = (from, to, s) -> k.norms().rmsNorm(x, w, 1e-5f, y, from, to);
      rmsNormGradient =
          (from, to, s) ->
              k.norms()
                  .rmsNormGradient(
                      new NormKernels.Gradient(x, w, 1e-5f, dy, y, false, inverse), from, to);
      add = (from, to, s) -> k.rows().add(x, dy, y, from, to);
      Matrix gate = state.matrix(N, F);
      Matrix up = state.matrix(N, F);
      Matrix out = state.matrix(N, F);
      Matrix dUp = state.matrix(N, F);
      swiGlu = (from, to, s) -> k.activations().swiGlu(gate, up, out, from, to);
      swiGluGradient =
          (from, to, s) -> k.activations().swiGluGradient(gate, up, out, dUp, dUp, from, to);
      gelu = (from, to, s) -> k.activations().gelu(gate, Gelu.TANH, out, from, to);
      int[] positions = new int[N];
      int[] offsets = new int[N / 256 + 1];
      int[] prefix = new int[N / 256];
      for (int n = 0; n < N; n++) {
        positions[n] = n % 256;
        prefix[n / 256] = -1;
        offsets[n / 256 + 1] = (n / 256 + 1) * 256;
      }
      Matrix cos = state.matrix(256, 32);
      rope = (from, to, s) -> k.rows().rope(y, 64, cos, cos, positions, false, from, to);
      tiles.set(new SequenceLayout(offsets, prefix));
      Matrix key = state.matrix(N, 192);
      Matrix value = state.matrix(N, 192);
      Matrix dKey = state.matrix(N, 192);
      Matrix dValue = state.matrix(N, 192);
      Matrix lse = state.matrix(N, 9);
      Matrix attended = state.matrix(N, D);
      Matrix dx = state.matrix(N, D);
      Matrix dKeyParts = state.matrix(N, 192);
      Matrix dValueParts = state.matrix(N, 192);
      attention =
          (from, to, s) ->
              k.attention()
                  .attention(
                      new AttentionKernels.Operands(x, key, value, tiles, attended, lse),
                      from,
                      to,
                      s);
      attentionGradient =
          (from, to, s) ->
              k.attention()
                  .attentionGradient(
                      new AttentionKernels.Gradient(
                          new AttentionKernels.Operands(x, key, value, tiles, attended, lse),
                          dy,
                          dx,
                          dKey,
                          dValue,
                          dKeyParts,
                          dValueParts),
                      from,
                      to,
                      s);
      Matrix logits = state.matrix(LABELS, V);
      Matrix sums = state.matrix(LABELS, 3 * V / HeadKernels.SLICE);
      statistics = (from, to, s) -> k.heads().sliceStatistics(logits, 1, sums, 0, from, to, s);
      NativeFloats norms = state.floats(LABELS);
      int[] labels = new int[LABELS];
      float[] slopes = new float[LABELS];
      logitsGradient =
          (from, to, s) ->
              k.heads()
                  .logitsGradient(
                      logits,
                      0,
                      new HeadKernels.LogitsGradient(labels, 1, norms, norms, slopes, null),
                      from,
                      to);
      NativeFloats parameter = state.floats(P);
      NativeFloats gradient = state.floats(P);
      NativeFloats m = state.floats(P);
      NativeFloats v = state.memory.allocate(P);
      adamW =
          (from, to, s) ->
              k.optimiser()
                  .adamW(
                      new OptimiserKernels.Moments(parameter, gradient, m, v),
                      new OptimiserKernels.AdamWStep(1, 1e-3, 0.9, 0.999, 1e-8, 0, 1),
                      from,
                      to);
      double[] partials = new double[P / OptimiserKernels.SUM_TILE];
      norm = (from, to, s) -> k.optimiser().sumOfSquares(gradient, partials, from, to);
    }
  }

  /** Reads x, writes y. */
  @Benchmark
  public void rmsNorm(KernelState state, Operands o, Work work) {
    state.threads.run(o.rmsNorm, N, TILE);
    work.gigabytes += 8e-9 * N * D;
  }

  /** Reads x and dy, writes dx. */
  @Benchmark
  public void rmsNormGradient(KernelState state, Operands o, Work work) {
    state.threads.run(o.rmsNormGradient, N, TILE);
    work.gigabytes += 12e-9 * N * D;
  }

  /** Reads two, writes one. */
  @Benchmark
  public void add(KernelState state, Operands o, Work work) {
    state.threads.run(o.add, N, TILE);
    work.gigabytes += 12e-9 * N * D;
  }

  /** Reads gate and up, writes y. */
  @Benchmark
  public void swiGlu(KernelState state, Operands o, Work work) {
    state.threads.run(o.swiGlu, N, TILE);
    work.gigabytes += 12e-9 * N * F;
  }

  /** Reads three, writes two. */
  @Benchmark
  public void swiGluGradient(KernelState state, Operands o, Work work) {
    state.threads.run(o.swiGluGradient, N, TILE);
    work.gigabytes += 20e-9 * N * F;
  }

  /** Reads x, writes y; the tanh form. */
  @Benchmark
  public void gelu(KernelState state, Operands o, Work work) {
    state.threads.run(o.gelu, N, TILE);
    work.gigabytes += 8e-9 * N * F;
  }

  /** In place. */
  @Benchmark
  public void rope(KernelState state, Operands o, Work work) {
    state.threads.run(o.rope, N, TILE);
    work.gigabytes += 8e-9 * N * D;
  }

  /** Counted without the masked half. */
  @Benchmark
  public void attention(KernelState state, Operands o, Work work) {
    state.threads.run(o.attention, o.tiles.tiles(), 1);
    work.gigaflop += 4e-9 * N * 257 / 2 * D;
  }

  /** Two and a half times the products of the forward pass. */
  @Benchmark
  public void attentionGradient(KernelState state, Operands o, Work work) {
    state.threads.run(o.attentionGradient, o.tiles.gradientTiles(), 1);
    work.gigaflop += 10e-9 * N * 257 / 2 * D;
  }

  /** Reads the logits twice. */
  @Benchmark
  public void sliceStatistics(KernelState state, Operands o, Work work) {
    state.threads.run(o.statistics, LABELS, TILE);
    work.gigabytes += 4e-9 * LABELS * V;
  }

  /** In place. */
  @Benchmark
  public void logitsGradient(KernelState state, Operands o, Work work) {
    state.threads.run(o.logitsGradient, LABELS, TILE);
    work.gigabytes += 8e-9 * LABELS * V;
  }

  /** Reads four, writes three. */
  @Benchmark
  public void adamW(KernelState state, Operands o, Work work) {
    state.threads.run(o.adamW, P, OptimiserKernels.SUM_TILE);
    work.gigabytes += 28e-9 * P;
  }

  /** Reads the gradient. */
  @Benchmark
  public void globalNorm(KernelState state, Operands o, Work work) {
    state.threads.run(o.norm, P / OptimiserKernels.SUM_TILE, 1);
    work.gigabytes += 4e-9 * P;
  }
}
