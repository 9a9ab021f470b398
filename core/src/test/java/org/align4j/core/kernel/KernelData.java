package org.align4j.core.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;

/** Random operands in native memory, freed together. */
public final class KernelData implements AutoCloseable {

  final Random random;
  final NativeMemory memory = new NativeMemory();
  final Scratch scratch = new Scratch();

  public KernelData(long seed) {
    this.random = new Random(seed);
  }

  /** Normal numbers; the first float is not aligned to a vector, and rows have a gap. */
  public Matrix matrix(int rows, int columns) {
    Matrix matrix =
        memory
            .allocate((long) rows * (columns + 3) + 1)
            .slice(1, (long) rows * (columns + 3))
            .matrix(columns + 3)
            .columns(0, columns);
    return fill(matrix);
  }

  Matrix fill(Matrix matrix) {
    for (int n = 0; n < matrix.rows(); n++) {
      for (int c = 0; c < matrix.columns(); c++) {
        matrix.set(n, c, (float) random.nextGaussian());
      }
    }
    return matrix;
  }

  public NativeFloats floats(int count) {
    return matrix(1, count).row(0);
  }

  public Matrix copy(Matrix source) {
    Matrix copy = matrix(source.rows(), source.columns());
    new ScalarKernels().rows().copy(source, copy, 0, source.rows());
    return copy;
  }

  public NativeFloats copy(NativeFloats source) {
    NativeFloats copy = floats((int) source.length());
    copy.copyFrom(source.toArray(), 0, (int) source.length());
    return copy;
  }

  PackedMatrix pack(Kernels kernels, Matrix source, WeightLayout layout) {
    boolean outIn = layout == WeightLayout.OUT_IN;
    int depth = outIn ? source.columns() : source.rows();
    int columns = outIn ? source.rows() : source.columns();
    PackedMatrix packed =
        kernels
            .products()
            .packed(
                memory.allocate(kernels.products().packedLength(depth, columns)), depth, columns);
    kernels.products().pack(source, layout, packed, 0, packed.panels());
    return packed;
  }

  /** dq, dk and dv of attention over a layout, on some threads. */
  List<Matrix> attentionGradient(
      Kernels kernels,
      Threads threads,
      AttentionTiles tiles,
      List<Matrix> qkv,
      Matrix out,
      Matrix lse,
      Matrix dOut) {
    Matrix q = qkv.get(0);
    Matrix k = qkv.get(1);
    Matrix v = qkv.get(2);
    Matrix dq = matrix(q.rows(), q.columns());
    Matrix dk = matrix(k.rows(), k.columns());
    Matrix dv = matrix(k.rows(), k.columns());
    Matrix dkParts = matrix(k.rows(), k.columns());
    Matrix dvParts = matrix(k.rows(), k.columns());
    threads.run(
        (a, b, s) ->
            kernels
                .attention()
                .attentionGradient(
                    new AttentionKernels.Gradient(
                        new AttentionKernels.Operands(q, k, v, tiles, out, lse),
                        dOut,
                        dq,
                        dk,
                        dv,
                        dkParts,
                        dvParts),
                    a,
                    b,
                    s),
        tiles.gradientTiles(),
        1);
    int parts = tiles.partRows();
    kernels.rows().scatterAddRows(dkParts, tiles.partTargets(), parts, dk, 0, k.columns());
    kernels.rows().scatterAddRows(dvParts, tiles.partTargets(), parts, dv, 0, k.columns());
    return List.of(dq, dk, dv);
  }

  /** A cache whose rows {@code at} are those of k and v, and NaN all others. */
  KeyValuePanels cache(Kernels kernels, Heads heads, Matrix k, Matrix v, int[] at) {
    KeyValuePanels cache = kernels.attention().keyValuePanels(heads);
    int blocks = Arrays.stream(at).max().orElseThrow() / AttentionKernels.KEY_BLOCK + 1;
    cache.grow(memory, blocks * AttentionKernels.KEY_BLOCK);
    Matrix nothing = matrix(1, k.columns());
    nothing.row(0).copyFrom(nans(k.columns()), 0, k.columns());
    for (int row = 0; row < blocks * AttentionKernels.KEY_BLOCK; row++) {
      cache.write(nothing, nothing, new int[1], new int[] {row}, 0, 1);
    }
    cache.write(k, v, IntStream.range(0, k.rows()).toArray(), at, 0, k.rows());
    return cache;
  }

  private static float[] nans(int count) {
    float[] values = new float[count];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  int[] integers(int count, int bound) {
    return random.ints(count, 0, bound).toArray();
  }

  static float[] values(Matrix matrix) {
    float[] values = new float[matrix.rows() * matrix.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = matrix.get(i / matrix.columns(), i % matrix.columns());
    }
    return values;
  }

  /** Largest difference over the largest expected magnitude, which is taken as 1 at least. */
  static double difference(float[] actual, float[] expected) {
    double worst = 0;
    double largest = 1;
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs((double) actual[i] - expected[i]);
      worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return worst / largest;
  }

  @Override
  public void close() {
    scratch.close();
    memory.close();
  }
}
