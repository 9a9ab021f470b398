package org.align4j.core.kernel;

import static org.align4j.core.kernel.KernelAgreement.agree;
import static org.align4j.core.kernel.KernelAgreement.of;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.kernel.vector.VectorKernels;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.WeightLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The vector kernels against their definition and, bit for bit, against the scalar ones, on
 * unaligned rows with gaps and on sizes that no number of lanes divides. The build runs this for 4,
 * 8 and 16 lanes: all have the bits of the scalar kernels, so all have the same.
 */
@Tag("lanes")
class VectorKernelsTest {

  private static final int[] SIZES = {1, 3, 5, 7, 9, 12, 15, 16, 17, 27, 33, 64, 77};

  @Test
  void productsAgree() {
    for (int rows : new int[] {1, 2, 7, 15, 29, 97}) {
      for (int depth : new int[] {1, 33, 500}) {
        for (int columns : new int[] {1, 17, 33, 80}) {
          if (rows * depth * columns > 1_500_000) {
            continue;
          }
          for (boolean add : new boolean[] {false, true}) {
            agree(
                "product " + rows + "x" + depth + "x" + columns,
                (k, data) -> {
                  Matrix x = data.matrix(rows, depth);
                  PackedMatrix w = data.pack(k, data.matrix(columns, depth), WeightLayout.OUT_IN);
                  NativeFloats bias = add ? null : data.floats(columns);
                  Matrix y = data.matrix(rows, columns);
                  int tiles = k.products().productTiles(rows, w);
                  k.products().product(x, rows, w, bias, y, add, 0, tiles, data.scratch);
                  return of(y);
                });
            agree(
                "transposed product",
                (k, data) -> {
                  Matrix x = data.matrix(depth, rows);
                  PackedMatrix w = data.pack(k, data.matrix(depth, columns), WeightLayout.IN_OUT);
                  Matrix y = data.matrix(rows, columns);
                  int tiles = k.products().productTiles(rows, w);
                  k.products().transposedProduct(x, rows, w, y, add, 0, tiles, data.scratch);
                  return of(y);
                });
          }
        }
      }
    }
  }

  @Test
  void partsOfPackedMatricesAgree() {
    agree(
        "columns and depth",
        (k, data) -> {
          PackedMatrix w = data.pack(k, data.matrix(100, 50), WeightLayout.OUT_IN);
          Matrix x = data.matrix(9, 20);
          Matrix y = data.matrix(9, 36);
          PackedMatrix part = w.columns(64, 100).depth(10, 30);
          k.products()
              .product(
                  x, 9, part, null, y, false, 0, k.products().productTiles(9, part), data.scratch);
          return of(y);
        });
  }

  @Test
  void rowKernelsAgree() {
    for (int d : SIZES) {
      agree(
          "rows of " + d,
          (k, data) -> {
            Matrix table = data.matrix(11, d);
            int[] ids = data.integers(23, 11);
            Matrix y = data.matrix(23, d);
            k.rows().gatherRows(table, ids, y, 0, 23);
            Matrix sums = data.matrix(11, d);
            k.rows().scatterAddRows(y, ids, 23, sums, 0, d / 2);
            k.rows().scatterAddRows(y, ids, 23, sums, d / 2, d);
            Matrix scattered = data.matrix(30, d);
            k.rows().scatterRows(data.matrix(3, d), new int[] {7, 29, 0}, scattered, 0, 3);
            Matrix sum = data.matrix(23, d);
            k.rows().add(y, sum, sum, 0, 23);
            k.rows().accumulate(y, sum, 3, 20);
            k.rows().scale(sum, 0.3f, sum, 2, 22);
            NativeFloats bias = data.floats(d);
            k.rows().biasGradient(y, 23, bias, 0, d);
            NativeFloats line = data.floats(d);
            return of(y, sums, scattered, sum, bias, line);
          });
    }
  }

  @Test
  void normsAgree() {
    for (int d : SIZES) {
      for (int blocks : new int[] {1, 3}) {
        for (boolean add : new boolean[] {false, true}) {
          agree(
              "rms norm of " + d,
              (k, data) -> {
                Matrix x = data.matrix(5, blocks * d);
                NativeFloats weight = data.floats(d);
                Matrix y = data.matrix(5, blocks * d);
                k.norms().rmsNorm(x, weight, 1e-5f, y, 0, 5);
                Matrix dy = data.matrix(5, blocks * d);
                Matrix dx = data.matrix(5, blocks * d);
                NativeFloats inverse = data.floats(5 * blocks);
                k.norms()
                    .rmsNormGradient(
                        new NormKernels.Gradient(x, weight, 1e-5f, dy, dx, add, inverse), 0, 5);
                NativeFloats dWeight = data.floats(d);
                k.norms()
                    .rmsNormWeightGradient(
                        new NormKernels.Gradient(x, inverse, 0, dy, dy, false, inverse),
                        5,
                        dWeight,
                        0,
                        d);
                return of(y, dx, inverse, dWeight);
              });
        }
      }
      if (d > 1) {
        agree(
            "layer norm of " + d,
            (k, data) -> {
              Matrix x = data.matrix(5, d);
              NativeFloats weight = data.floats(d);
              Matrix y = data.matrix(5, d);
              k.norms().layerNorm(x, weight, data.floats(d), 1e-2f, y, 0, 5);
              Matrix dy = data.matrix(5, d);
              Matrix dx = data.matrix(5, d);
              NativeFloats statistics = data.floats(10);
              k.norms()
                  .layerNormGradient(
                      new NormKernels.Gradient(x, weight, 1e-2f, dy, dx, true, statistics), 0, 5);
              NativeFloats dWeight = data.floats(d);
              NativeFloats dBias = data.floats(d);
              k.norms()
                  .layerNormWeightGradient(
                      new NormKernels.Gradient(x, statistics, 0, dy, dy, false, statistics),
                      5,
                      dWeight,
                      dBias,
                      0,
                      d);
              return of(y, dx, dWeight, dBias);
            });
      }
    }
  }

  @Test
  void activationsAgree() {
    for (int d : SIZES) {
      for (Gelu form : Gelu.values()) {
        agree(
            form + " of " + d,
            (k, data) -> {
              Matrix x = data.matrix(4, d);
              x.set(0, 0, -9f);
              x.set(1, 0, 30f);
              Matrix y = data.matrix(4, d);
              k.activations().gelu(x, form, y, 0, 4);
              Matrix dx = data.matrix(4, d);
              k.activations().geluGradient(x, form, data.matrix(4, d), dx, true, 0, 4);
              return of(y, dx);
            });
      }
      agree(
          "swiGlu of " + d,
          (k, data) -> {
            Matrix gate = data.matrix(4, d);
            gate.set(0, 0, -100f);
            gate.set(1, 0, 100f);
            Matrix up = data.matrix(4, d);
            Matrix y = data.matrix(4, d);
            k.activations().swiGlu(gate, up, y, 0, 4);
            k.activations().swiGluGradient(gate, up, y, gate, up, 0, 4);
            return of(y, gate, up);
          });
      agree(
          "geGlu of " + d,
          (k, data) -> {
            Matrix gate = data.matrix(4, d);
            gate.set(0, 0, -9f);
            gate.set(1, 0, 30f);
            Matrix up = data.matrix(4, d);
            Matrix y = data.matrix(4, d);
            k.activations().geGlu(gate, up, y, 0, 4);
            k.activations().geGluGradient(gate, up, y, gate, up, 0, 4);
            return of(y, gate, up);
          });
      for (int rest : new int[] {0, 6}) {
        agree(
            "rope of " + d + " and " + rest + " columns not turned",
            (k, data) -> {
              int headDim = 2 * d + rest;
              Matrix x = data.matrix(4, 3 * headDim);
              Matrix cos = data.matrix(9, d);
              Matrix sin = data.matrix(9, d);
              k.rows().rope(x, headDim, cos, sin, new int[] {3, 0, 8, 8}, false, 0, 4);
              k.rows().rope(x, headDim, cos, sin, new int[] {1, 2, 3, 4}, true, 1, 3);
              return of(x);
            });
      }
    }
  }

  @Test
  void headsAgree() {
    for (int v : new int[] {5, 17, 1024, 2600}) {
      for (float temperature : new float[] {1, 0.7f}) {
        agree(
            "head over " + v,
            (k, data) -> {
              int slices = HeadKernels.slices(v);
              Matrix logits = data.matrix(6, v);
              Matrix statistics = data.matrix(6, 3 * slices);
              k.heads().sliceStatistics(logits, temperature, statistics, 0, 0, 6, data.scratch);
              NativeFloats lse = data.floats(6);
              NativeFloats entropy = data.floats(6);
              k.heads().combineStatistics(statistics, slices, lse, entropy, 0, 6);
              int[] labels = data.integers(6, v);
              float[] dLogProb = {1, -2, 0.5f, 0, 3, 1};
              float[] dEntropy = {0, 1, -0.5f, 0, 3, 1};
              k.heads()
                  .logitsGradient(
                      logits,
                      0,
                      new HeadKernels.LogitsGradient(
                          labels, temperature, lse, entropy, dLogProb, dEntropy),
                      0,
                      6);
              return of(statistics, lse, entropy, logits);
            });
      }
    }
  }

  @Test
  void theLargestLogitIsTheSame() {
    try (KernelData data = new KernelData(1)) {
      for (int size : SIZES) {
        NativeFloats logits = data.floats(size);
        assertThat(new VectorKernels().heads().argMax(logits))
            .isEqualTo(new ScalarKernels().heads().argMax(logits));
      }
    }
  }

  @Test
  void optimiserAgrees() {
    for (int size : SIZES) {
      agree(
          "AdamW of " + size,
          (k, data) -> {
            NativeFloats parameter = data.floats(size);
            NativeFloats gradient = data.floats(size);
            NativeFloats m = data.floats(size);
            NativeFloats v = data.floats(size);
            k.rows().zero(m, 0, size);
            k.rows().zero(v, 0, size);
            for (int step = 1; step < 4; step++) {
              k.optimiser()
                  .adamW(
                      new OptimiserKernels.Moments(parameter, gradient, m, v),
                      new OptimiserKernels.AdamWStep(0.5f, 0.1, 0.9, 0.999, 1e-8, 0.1, step),
                      0,
                      size / 2);
              k.optimiser()
                  .adamW(
                      new OptimiserKernels.Moments(parameter, gradient, m, v),
                      new OptimiserKernels.AdamWStep(0.5f, 0.1, 0.9, 0.999, 1e-8, 0.1, step),
                      size / 2,
                      size);
            }
            return of(parameter, m, v);
          });
    }
  }

  @Test
  void sumsOfSquaresAgree() {
    for (int size : new int[] {1, 15, 1023, 2500, OptimiserKernels.SUM_TILE + 77}) {
      agree(
          "squares of " + size,
          (k, data) -> {
            double[] sums = new double[2];
            k.optimiser()
                .sumOfSquares(data.floats(size), sums, 0, size > OptimiserKernels.SUM_TILE ? 2 : 1);
            float[] share = new float[4];
            for (int i = 0; i < 2; i++) {
              share[2 * i] = (float) (sums[i] / size);
              share[2 * i + 1] = (float) (sums[i] / size - share[2 * i]);
            }
            return List.of(share);
          });
    }
  }

  /** Subnormal sums, zeros of both signs and what an exponential makes 0. */
  @Test
  void numbersAtTheEndsAgree() {
    float[] ends = {-0f, 0f, -1e-30f, 1e-30f, -87.33f, -87.34f, -200, 20, Float.MIN_VALUE};
    for (int d : SIZES) {
      agree(
          "ends over " + d,
          (k, data) -> {
            Matrix x = data.matrix(3, d);
            Matrix dy = data.matrix(3, d);
            for (int i = 0; i < d; i++) {
              x.set(0, i, ends[i % ends.length]);
              x.set(1, i, ends[i % 4]);
              x.set(2, i, -0f);
              dy.set(1, i, ends[(i + 1) % 4]);
            }
            Matrix y = data.matrix(3, d);
            NativeFloats weight = data.floats(d);
            NativeFloats inverse = data.floats(3);
            k.norms()
                .rmsNormGradient(
                    new NormKernels.Gradient(x, weight, 1e-5f, dy, y, false, inverse), 0, 3);
            Matrix layer = data.matrix(3, d);
            NativeFloats statistics = data.floats(6);
            k.norms()
                .layerNormGradient(
                    new NormKernels.Gradient(x, weight, 1e-5f, dy, layer, false, statistics), 0, 3);
            Matrix head = data.matrix(3, 3);
            k.heads().sliceStatistics(x, 1, head, 0, 0, 3, data.scratch);
            return of(y, inverse, layer, statistics, head);
          });
    }
  }
}
