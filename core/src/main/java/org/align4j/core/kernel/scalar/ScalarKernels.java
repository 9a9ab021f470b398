package org.align4j.core.kernel.scalar;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.SumTree;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * The kernels without vectors: the fallback, with the bits of the vector kernels. Operations and
 * their order are theirs, see {@link SumTree}.
 */
public final class ScalarKernels implements Kernels {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public long packedLength(int depth, int columns) {
    return PackedMatrix.length(depth, columns, 1);
  }

  @Override
  public PackedMatrix packed(NativeFloats memory, int depth, int columns) {
    return PackedMatrix.of(memory, depth, columns, 1);
  }

  @Override
  public void pack(Matrix source, WeightLayout layout, PackedMatrix target, int from, int to) {
    ScalarProducts.pack(source, layout, target, from, to);
  }

  @Override
  public int productTiles(int rows, PackedMatrix weight) {
    return ScalarProducts.tiles(rows);
  }

  @Override
  public void product(
      Matrix x,
      int rows,
      PackedMatrix weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch) {
    ScalarProducts.product(x, false, rows, weight, bias, y, add, from, to);
  }

  @Override
  public void transposedProduct(
      Matrix x,
      int rows,
      PackedMatrix weight,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch) {
    ScalarProducts.product(x, true, rows, weight, null, y, add, from, to);
  }

  @Override
  public void embedding(Matrix table, int[] ids, Matrix y, int from, int to) {
    gatherRows(table, ids, y, from, to);
  }

  @Override
  public void embeddingGradient(Matrix dy, int[] ids, int rows, Matrix dTable, int from, int to) {
    scatterAddRows(dy, ids, rows, dTable, from, to);
  }

  @Override
  public void gatherRows(Matrix x, int[] indices, Matrix y, int from, int to) {
    ScalarRows.gatherRows(x, indices, y, from, to);
  }

  @Override
  public void scatterRows(Matrix x, int[] indices, Matrix y, int from, int to) {
    ScalarRows.scatterRows(x, indices, y, from, to);
  }

  @Override
  public void scatterAddRows(Matrix x, int[] indices, int rows, Matrix y, int from, int to) {
    ScalarRows.scatterAddRows(x, indices, rows, y, from, to);
  }

  @Override
  public void rmsNorm(Matrix x, NativeFloats weight, float eps, Matrix y, int from, int to) {
    ScalarNorms.rmsNorm(x, weight, eps, y, from, to);
  }

  @Override
  public void rmsNormGradient(
      Matrix x,
      NativeFloats weight,
      float eps,
      Matrix dy,
      Matrix dx,
      boolean add,
      NativeFloats inverse,
      int from,
      int to) {
    ScalarNorms.rmsNormGradient(x, weight, eps, dy, dx, add, inverse, from, to);
  }

  @Override
  public void rmsNormWeightGradient(
      Matrix x, Matrix dy, NativeFloats inverse, int rows, NativeFloats dWeight, int from, int to) {
    ScalarNorms.rmsNormWeightGradient(x, dy, inverse, rows, dWeight, from, to);
  }

  @Override
  public void layerNorm(
      Matrix x, NativeFloats weight, NativeFloats bias, float eps, Matrix y, int from, int to) {
    ScalarNorms.layerNorm(x, weight, bias, eps, y, from, to);
  }

  @Override
  public void layerNormGradient(
      Matrix x,
      NativeFloats weight,
      float eps,
      Matrix dy,
      Matrix dx,
      boolean add,
      NativeFloats statistics,
      int from,
      int to) {
    ScalarNorms.layerNormGradient(x, weight, eps, dy, dx, add, statistics, from, to);
  }

  @Override
  public void layerNormWeightGradient(
      Matrix x,
      Matrix dy,
      NativeFloats statistics,
      int rows,
      NativeFloats dWeight,
      NativeFloats dBias,
      int from,
      int to) {
    ScalarNorms.layerNormWeightGradient(x, dy, statistics, rows, dWeight, dBias, from, to);
  }

  @Override
  public void add(Matrix a, Matrix b, Matrix y, int from, int to) {
    ScalarRows.add(a, b, y, from, to);
  }

  @Override
  public void accumulate(Matrix x, Matrix y, int from, int to) {
    add(y, x, y, from, to);
  }

  @Override
  public void copy(Matrix x, Matrix y, int from, int to) {
    ScalarRows.copy(x, y, from, to);
  }

  @Override
  public void biasGradient(Matrix dy, int rows, NativeFloats dBias, int from, int to) {
    ScalarRows.biasGradient(dy, rows, dBias, from, to);
  }

  @Override
  public void rope(
      Matrix x, Matrix cos, Matrix sin, int[] positions, boolean inverse, int from, int to) {
    ScalarRows.rope(x, cos, sin, positions, inverse, from, to);
  }

  @Override
  public void swiGlu(Matrix gate, Matrix up, Matrix y, int from, int to) {
    ScalarActivations.swiGlu(gate, up, y, from, to);
  }

  @Override
  public void swiGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to) {
    ScalarActivations.swiGluGradient(gate, up, dy, dGate, dUp, from, to);
  }

  @Override
  public void gelu(Matrix x, Gelu form, Matrix y, int from, int to) {
    ScalarActivations.gelu(x, form, y, from, to);
  }

  @Override
  public void geluGradient(
      Matrix x, Gelu form, Matrix dy, Matrix dx, boolean add, int from, int to) {
    ScalarActivations.geluGradient(x, form, dy, dx, add, from, to);
  }

  @Override
  public void zero(NativeFloats x, long from, long to) {
    for (long i = from; i < to; i++) {
      x.set(i, 0);
    }
  }

  @Override
  public void scale(NativeFloats x, float factor, long from, long to) {
    for (long i = from; i < to; i++) {
      x.set(i, x.get(i) * factor);
    }
  }

  @Override
  public void axpy(float factor, NativeFloats x, NativeFloats y, long from, long to) {
    for (long i = from; i < to; i++) {
      y.set(i, Math.fma(x.get(i), factor, y.get(i)));
    }
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      AttentionTiles tiles,
      Matrix out,
      @Nullable Matrix logSumExp,
      int from,
      int to,
      Scratch scratch) {
    checkArgument(!tiles.areSteps(), "the tiles are steps: they go to stepAttention");
    for (int tile = from; tile < to; tile++) {
      ScalarAttention.attention(q, k, v, tiles, out, logSumExp, tile, scratch);
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
  public void attentionGradient(
      Matrix q,
      Matrix k,
      Matrix v,
      AttentionTiles tiles,
      Matrix out,
      Matrix logSumExp,
      Matrix dOut,
      Matrix dq,
      Matrix dk,
      Matrix dv,
      Matrix dkParts,
      Matrix dvParts,
      int from,
      int to,
      Scratch scratch) {
    for (int tile = from; tile < to; tile++) {
      ScalarAttentionGradient.gradient(
          q, k, v, tiles, out, logSumExp, dOut, dq, dk, dv, dkParts, dvParts, tile, scratch);
    }
  }

  @Override
  public void sliceStatistics(
      Matrix logits,
      float temperature,
      Matrix statistics,
      int slice,
      int from,
      int to,
      Scratch scratch) {
    ScalarHead.sliceStatistics(logits, temperature, statistics, slice, from, to);
  }

  @Override
  public void combineStatistics(
      Matrix statistics, int slices, NativeFloats logSumExp, NativeFloats entropy, int from, int to) {
    ScalarHead.combineStatistics(statistics, slices, logSumExp, entropy, from, to);
  }

  @Override
  public void logitsGradient(
      Matrix logits,
      int column,
      int[] labels,
      float temperature,
      NativeFloats logSumExp,
      NativeFloats entropy,
      float[] dLogProb,
      float @Nullable [] dEntropy,
      int from,
      int to) {
    ScalarHead.logitsGradient(
        logits, column, labels, temperature, logSumExp, entropy, dLogProb, dEntropy, from, to);
  }

  @Override
  public int sample(NativeFloats logits, float temperature, NativeFloats statistics, double uniform) {
    return ScalarHead.sample(logits, temperature, statistics, uniform);
  }

  @Override
  public int argMax(NativeFloats logits) {
    return ScalarHead.argMax(logits);
  }

  @Override
  public void scalarHead(
      Matrix x, int[] rows, NativeFloats weight, @Nullable NativeFloats bias, NativeFloats values, int from, int to) {
    ScalarHead.scalarHead(x, rows, weight, bias, values, from, to);
  }

  @Override
  public void scalarHeadGradient(
      Matrix x,
      int[] rows,
      int count,
      NativeFloats weight,
      float[] dValues,
      Matrix dx,
      NativeFloats dWeight,
      @Nullable NativeFloats dBias,
      int from,
      int to) {
    ScalarHead.scalarHeadGradient(x, rows, count, weight, dValues, dx, dWeight, dBias, from, to);
  }

  @Override
  public void sumOfSquares(NativeFloats x, double[] partials, int from, int to) {
    for (int tile = from; tile < to; tile++) {
      long start = (long) tile * SUM_TILE;
      int count = (int) Math.min(SUM_TILE, x.length() - start);
      partials[tile] = ScalarOptimiser.sumOfSquares(x.address() + 4L * start, count);
    }
  }

  @Override
  public void adamW(
      NativeFloats parameter,
      NativeFloats gradient,
      NativeFloats m,
      NativeFloats v,
      float gradientScale,
      double learningRate,
      double beta1,
      double beta2,
      double eps,
      double decay,
      int step,
      long from,
      long to) {
    ScalarOptimiser.adamW(
        parameter.slice(from, to - from).address(),
        gradient.slice(from, to - from).address(),
        m.slice(from, to - from).address(),
        v.slice(from, to - from).address(),
        gradientScale,
        (float) learningRate,
        (float) beta1,
        (float) (1 - beta1),
        (float) beta2,
        (float) (1 - beta2),
        (float) eps,
        (float) (1 - learningRate * decay),
        (float) (1 / (1 - StrictMath.pow(beta1, step))),
        (float) (1 / (1 - StrictMath.pow(beta2, step))),
        0,
        Math.toIntExact(to - from));
  }
}
