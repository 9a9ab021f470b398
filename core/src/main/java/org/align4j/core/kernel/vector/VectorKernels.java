package org.align4j.core.kernel.vector;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarHead;
import org.align4j.core.kernel.vector.lanes.Lanes;
import org.align4j.core.kernel.vector.product.Packing;
import org.align4j.core.kernel.vector.product.VectorProducts;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * The kernels on the Vector API, for the preferred lanes of the processor (16, 8 or 4). Load this
 * class only where {@code jdk.incubator.vector} is resolved.
 */
public final class VectorKernels implements Kernels {

  @Override
  public String name() {
    return "vector (" + Lanes.COUNT + " lanes)";
  }

  @Override
  public long packedLength(int depth, int columns) {
    return PackedMatrix.length(depth, columns, VectorProducts.WIDTH);
  }

  @Override
  public PackedMatrix packed(NativeFloats memory, int depth, int columns) {
    return PackedMatrix.of(memory, depth, columns, VectorProducts.WIDTH);
  }

  @Override
  public void pack(Matrix source, WeightLayout layout, PackedMatrix target, int from, int to) {
    Packing.weight(source, layout, target, from, to);
  }

  @Override
  public int productTiles(int rows, PackedMatrix weight) {
    return VectorProducts.tiles(rows, weight);
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
    VectorProducts.product(x, false, rows, weight, bias, y, add, from, to, scratch);
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
    VectorProducts.product(x, true, rows, weight, null, y, add, from, to, scratch);
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
    VectorRows.gatherRows(x, indices, y, from, to);
  }

  @Override
  public void scatterRows(Matrix x, int[] indices, Matrix y, int from, int to) {
    VectorRows.scatterRows(x, indices, y, from, to);
  }

  @Override
  public void scatterAddRows(Matrix x, int[] indices, int rows, Matrix y, int from, int to) {
    VectorRows.scatterAddRows(x, indices, rows, y, from, to);
  }

  @Override
  public void rmsNorm(Matrix x, NativeFloats weight, float eps, Matrix y, int from, int to) {
    VectorNorms.rmsNorm(x, weight, eps, y, from, to);
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
    VectorNorms.rmsNormGradient(x, weight, eps, dy, dx, add, inverse, from, to);
  }

  @Override
  public void rmsNormWeightGradient(
      Matrix x, Matrix dy, NativeFloats inverse, int rows, NativeFloats dWeight, int from, int to) {
    VectorNorms.rmsNormWeightGradient(x, dy, inverse, rows, dWeight, from, to);
  }

  @Override
  public void layerNorm(
      Matrix x, NativeFloats weight, NativeFloats bias, float eps, Matrix y, int from, int to) {
    VectorNorms.layerNorm(x, weight, bias, eps, y, from, to);
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
    VectorNorms.layerNormGradient(x, weight, eps, dy, dx, add, statistics, from, to);
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
    VectorNorms.layerNormWeightGradient(x, dy, statistics, rows, dWeight, dBias, from, to);
  }

  @Override
  public void add(Matrix a, Matrix b, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      VectorRows.add(a.address(n), b.address(n), y.address(n), y.columns());
    }
  }

  @Override
  public void accumulate(Matrix x, Matrix y, int from, int to) {
    add(y, x, y, from, to);
  }

  @Override
  public void copy(Matrix x, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      VectorRows.copy(x.address(n), y.address(n), y.columns());
    }
  }

  @Override
  public void biasGradient(Matrix dy, int rows, NativeFloats dBias, int from, int to) {
    VectorRows.biasGradient(dy, rows, dBias, from, to);
  }

  @Override
  public void rope(
      Matrix x, Matrix cos, Matrix sin, int[] positions, boolean inverse, int from, int to) {
    VectorRows.rope(x, cos, sin, positions, inverse, from, to);
  }

  @Override
  public void swiGlu(Matrix gate, Matrix up, Matrix y, int from, int to) {
    VectorActivations.swiGlu(gate, up, y, from, to);
  }

  @Override
  public void swiGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to) {
    VectorActivations.swiGluGradient(gate, up, dy, dGate, dUp, from, to);
  }

  @Override
  public void gelu(Matrix x, Gelu form, Matrix y, int from, int to) {
    VectorActivations.gelu(x, form, y, from, to);
  }

  @Override
  public void geluGradient(
      Matrix x, Gelu form, Matrix dy, Matrix dx, boolean add, int from, int to) {
    VectorActivations.geluGradient(x, form, dy, dx, add, from, to);
  }

  @Override
  public void zero(NativeFloats x, long from, long to) {
    VectorRows.zero(x.slice(from, to - from).address(), to - from);
  }

  @Override
  public void scale(NativeFloats x, float factor, long from, long to) {
    VectorRows.scale(factor, x.slice(from, to - from).address(), Math.toIntExact(to - from));
  }

  @Override
  public void axpy(float factor, NativeFloats x, NativeFloats y, long from, long to) {
    VectorRows.axpy(
        factor,
        x.slice(from, to - from).address(),
        y.slice(from, to - from).address(),
        Math.toIntExact(to - from));
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
      VectorAttention.attention(q, k, v, tiles, out, logSumExp, tile, scratch);
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
    VectorAttentionGradient gradient =
        new VectorAttentionGradient(
            q, k, v, tiles, out, logSumExp, dOut, dq, dk, dv, dkParts, dvParts);
    for (int tile = from; tile < to; tile++) {
      gradient.tile(tile, scratch);
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
    VectorHead.sliceStatistics(logits, temperature, statistics, slice, from, to, scratch);
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
    VectorHead.logitsGradient(
        logits, column, labels, temperature, logSumExp, entropy, dLogProb, dEntropy, from, to);
  }

  @Override
  public int sample(NativeFloats logits, float temperature, NativeFloats statistics, double uniform) {
    return ScalarHead.sample(logits, temperature, statistics, uniform);
  }

  @Override
  public int argMax(NativeFloats logits) {
    return VectorHead.argMax(logits);
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
      partials[tile] = VectorOptimiser.sumOfSquares(x.address() + 4L * start, count);
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
    VectorOptimiser.adamW(
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
        Math.toIntExact(to - from));
  }
}
