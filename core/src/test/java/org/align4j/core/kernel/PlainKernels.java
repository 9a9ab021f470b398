package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * The kernels as a reader would write them: the definition, sums and elementary functions in
 * double. What only moves or adds rows is that of the scalar kernels.
 */
final class PlainKernels
    implements Kernels,
        ProductKernels,
        NormKernels,
        ActivationKernels,
        AttentionKernels,
        HeadKernels,
        OptimiserKernels {

  private final Kernels scalar = new ScalarKernels();

  @Override
  public ProductKernels products() {
    return this;
  }

  @Override
  public RowKernels rows() {
    return scalar.rows();
  }

  @Override
  public NormKernels norms() {
    return this;
  }

  @Override
  public ActivationKernels activations() {
    return this;
  }

  @Override
  public AttentionKernels attention() {
    return this;
  }

  @Override
  public HeadKernels heads() {
    return this;
  }

  @Override
  public OptimiserKernels optimiser() {
    return this;
  }

  @Override
  public String name() {
    return "plain";
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
    scalar.products().pack(source, layout, target, from, to);
  }

  @Override
  public long storedLength(StoredFormat format, int depth, int columns) {
    return scalar.products().storedLength(format, depth, columns);
  }

  @Override
  public Panels stored(NativeFloats memory, StoredFormat format, int depth, int columns) {
    return scalar.products().stored(memory, format, depth, columns);
  }

  @Override
  public void packTransposed(
      Panels source, PackedMatrix target, int from, int to, Scratch scratch) {
    scalar.products().packTransposed(source, target, from, to, scratch);
  }

  @Override
  public int productTiles(int rows, Panels weight) {
    return rows;
  }

  @Override
  public void product(
      Matrix x,
      int rows,
      Panels weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch) {
    PlainProduct.product(x, false, weight, bias, y, add, from, to, scratch);
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
    PlainProduct.product(x, true, weight, null, y, add, from, to, scratch);
  }

  @Override
  public void rmsNorm(Matrix x, NativeFloats weight, float eps, Matrix y, int from, int to) {
    PlainNorms.rmsNorm(x, weight, eps, y, from, to);
  }

  @Override
  public void rmsNormGradient(NormKernels.Gradient g, int from, int to) {
    PlainNorms.rmsNormGradient(
        g.x(), g.weight(), g.eps(), g.dy(), g.dx(), g.add(), g.statistics(), from, to);
  }

  @Override
  public void rmsNormWeightGradient(
      NormKernels.Gradient g, int rows, NativeFloats dWeight, int from, int to) {
    PlainNorms.rmsNormWeightGradient(g.x(), g.dy(), g.statistics(), rows, dWeight, from, to);
  }

  @Override
  public void layerNorm(
      Matrix x, NativeFloats weight, NativeFloats bias, float eps, Matrix y, int from, int to) {
    PlainNorms.layerNorm(x, weight, bias, eps, y, from, to);
  }

  @Override
  public void layerNormGradient(NormKernels.Gradient g, int from, int to) {
    PlainNorms.layerNormGradient(
        g.x(), g.weight(), g.eps(), g.dy(), g.dx(), g.add(), g.statistics(), from, to);
  }

  @Override
  public void layerNormWeightGradient(
      NormKernels.Gradient g,
      int rows,
      NativeFloats dWeight,
      NativeFloats dBias,
      int from,
      int to) {
    PlainNorms.layerNormWeightGradient(
        g.x(), g.dy(), g.statistics(), rows, dWeight, dBias, from, to);
  }

  @Override
  public void swiGlu(Matrix gate, Matrix up, Matrix y, int from, int to) {
    PlainActivations.swiGlu(gate, up, y, from, to);
  }

  @Override
  public void swiGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to) {
    PlainActivations.swiGluGradient(gate, up, dy, dGate, dUp, from, to);
  }

  @Override
  public void geGlu(Matrix gate, Matrix up, Matrix y, int from, int to) {
    PlainActivations.geGlu(gate, up, y, from, to);
  }

  @Override
  public void geGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to) {
    PlainActivations.geGluGradient(gate, up, dy, dGate, dUp, from, to);
  }

  @Override
  public void gelu(Matrix x, Gelu form, Matrix y, int from, int to) {
    PlainActivations.gelu(x, form, y, from, to);
  }

  @Override
  public void geluGradient(
      Matrix x, Gelu form, Matrix dy, Matrix dx, boolean add, int from, int to) {
    PlainActivations.geluGradient(x, form, dy, dx, add, from, to);
  }

  @Override
  public void attention(Operands a, int from, int to, Scratch scratch) {
    checkArgument(!a.tiles().areSteps(), "the tiles are steps: they go to stepAttention");
    for (int tile = from; tile < to; tile++) {
      PlainAttention.attention(a.q(), a.k(), a.v(), a.tiles(), a.out(), a.logSumExp(), tile);
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
      PlainAttention.attention(q, cache.keys(), cache.values(), tiles, out, null, tile);
    }
  }

  @Override
  public void attentionGradient(AttentionKernels.Gradient g, int from, int to, Scratch scratch) {
    Operands a = g.forward();
    for (int tile = from; tile < to; tile++) {
      PlainAttention.gradient(
          a.q(),
          a.k(),
          a.v(),
          a.tiles(),
          a.out(),
          a.savedLogSumExp(),
          g.dOut(),
          g.dq(),
          g.dk(),
          g.dv(),
          g.dkParts(),
          g.dvParts(),
          tile);
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
    PlainHead.sliceStatistics(logits, temperature, statistics, slice, from, to);
  }

  @Override
  public void combineStatistics(
      Matrix statistics,
      int slices,
      NativeFloats logSumExp,
      NativeFloats entropy,
      int from,
      int to) {
    scalar.heads().combineStatistics(statistics, slices, logSumExp, entropy, from, to);
  }

  @Override
  public void logitsGradient(Matrix logits, int column, LogitsGradient g, int from, int to) {
    PlainHead.logitsGradient(
        logits,
        column,
        g.labels(),
        g.temperature(),
        g.logSumExp(),
        g.entropy(),
        g.dLogProb(),
        g.dEntropy(),
        from,
        to);
  }

  @Override
  public int sample(
      NativeFloats logits, float temperature, NativeFloats statistics, double uniform) {
    return scalar.heads().sample(logits, temperature, statistics, uniform);
  }

  @Override
  public int argMax(NativeFloats logits) {
    return scalar.heads().argMax(logits);
  }

  @Override
  public void scalarHead(
      Matrix x,
      int[] rows,
      NativeFloats weight,
      @Nullable NativeFloats bias,
      NativeFloats values,
      int from,
      int to) {
    scalar.heads().scalarHead(x, rows, weight, bias, values, from, to);
  }

  @Override
  public void scalarHeadGradient(ScalarGradient gradient, int from, int to) {
    scalar.heads().scalarHeadGradient(gradient, from, to);
  }

  @Override
  public void sumOfSquares(NativeFloats x, double[] partials, int from, int to) {
    PlainOptimiser.sumOfSquares(x, partials, from, to);
  }

  @Override
  public void adamW(Moments moments, AdamWStep step, long from, long to) {
    PlainOptimiser.adamW(
        moments.parameter(),
        moments.gradient(),
        moments.m(),
        moments.v(),
        step.gradientScale(),
        step.learningRate(),
        step.beta1(),
        step.beta2(),
        step.eps(),
        step.decay(),
        step.step(),
        from,
        to);
  }
}
