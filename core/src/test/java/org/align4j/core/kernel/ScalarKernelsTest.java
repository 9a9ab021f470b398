package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;
import org.align4j.core.kernel.scalar.ScalarMath;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.WeightLayout;
import org.junit.jupiter.api.Test;

/**
 * The scalar kernels, whose bits the others have: closed forms, and gradients against central
 * differences along random directions.
 */
class ScalarKernelsTest {

  private static final float STEP = 1e-2f;

  /** Step² times a third derivative of about 1, and float rounding of 1e-7 over the step. */
  private static final double DIFFERENCES = 2e-3;

  private final Kernels kernels = new ScalarKernels();

  /** {@code Σ y·g}, the loss whose gradient to y is g. */
  private static double loss(Matrix y, Matrix g) {
    double sum = 0;
    for (int n = 0; n < y.rows(); n++) {
      for (int c = 0; c < y.columns(); c++) {
        sum += (double) y.get(n, c) * g.get(n, c);
      }
    }
    return sum;
  }

  /** Compares {@code gradient · direction} with the slope of the forward pass along it. */
  private void check(
      String what, KernelData data, Matrix x, Matrix gradient, Supplier<Double> forward) {
    Matrix direction = data.matrix(x.rows(), x.columns());
    double expected = 0;
    expected += slope(x, direction, STEP, forward);
    assertThat(loss(gradient, direction))
        .as(what)
        .isCloseTo(expected, within(DIFFERENCES * Math.max(1, size(gradient))));
  }

  private static double size(Matrix m) {
    return Math.sqrt(loss(m, m));
  }

  private static double slope(Matrix x, Matrix direction, float step, Supplier<Double> forward) {
    shift(x, direction, step);
    double above = forward.get();
    shift(x, direction, -2 * step);
    double below = forward.get();
    shift(x, direction, step);
    return (above - below) / (2 * step);
  }

  private static void shift(Matrix x, Matrix direction, float step) {
    for (int n = 0; n < x.rows(); n++) {
      for (int c = 0; c < x.columns(); c++) {
        x.set(n, c, x.get(n, c) + step * direction.get(n, c));
      }
    }
  }

  private static void with(Consumer<KernelData> test) {
    try (KernelData data = new KernelData(11)) {
      test.accept(data);
    }
  }

  private static Matrix zeros(KernelData data, int rows, int columns) {
    return data.memory.allocate((long) rows * columns).matrix(columns);
  }

  @Test
  void productGradientsAreTheSlopesOfTheProduct() {
    with(data -> {
      for (WeightLayout layout : WeightLayout.values()) {
        boolean outIn = layout == WeightLayout.OUT_IN;
        WeightLayout other = outIn ? WeightLayout.IN_OUT : WeightLayout.OUT_IN;
        Matrix x = data.matrix(7, 5);
        Matrix w = outIn ? data.matrix(4, 5) : data.matrix(5, 4);
        Matrix g = data.matrix(7, 4);
        Matrix y = data.matrix(7, 4);
        Supplier<Double> forward =
            () -> {
              PackedMatrix packed = data.pack(kernels, w, layout);
              int tiles = kernels.products().productTiles(7, packed);
              kernels.products().product(x, 7, packed, null, y, false, 0, tiles, data.scratch);
              return loss(y, g);
            };
        Matrix dx = zeros(data, 7, 5);
        PackedMatrix back = data.pack(kernels, w, other);
        kernels
            .products()
            .product(
                g,
                7,
                back,
                null,
                dx,
                true,
                0,
                kernels.products().productTiles(7, back),
                data.scratch);
        check("dx " + layout, data, x, dx, forward);
        Matrix dw = zeros(data, w.rows(), w.columns());
        PackedMatrix right = data.pack(kernels, outIn ? x : g, WeightLayout.IN_OUT);
        kernels
            .products()
            .transposedProduct(
                outIn ? g : x,
                w.rows(),
                right,
                dw,
                true,
                0,
                kernels.products().productTiles(w.rows(), right),
                data.scratch);
        check("dW " + layout, data, w, dw, forward);
      }
    });
  }

  @Test
  void normGradientsAreTheSlopesOfTheNorms() {
    with(data -> {
      Matrix x = data.matrix(6, 12);
      Matrix g = data.matrix(6, 12);
      Matrix y = data.matrix(6, 12);
      Matrix weight = data.matrix(1, 4);
      Supplier<Double> rms =
          () -> {
            kernels.norms().rmsNorm(x, weight.row(0), 0.1f, y, 0, 6);
            return loss(y, g);
          };
      Matrix dx = zeros(data, 6, 12);
      NativeFloats inverse = data.floats(18);
      kernels
          .norms()
          .rmsNormGradient(
              new NormKernels.Gradient(x, weight.row(0), 0.1f, g, dx, true, inverse), 0, 6);
      check("rms dx", data, x, dx, rms);
      Matrix dWeight = zeros(data, 1, 4);
      kernels
          .norms()
          .rmsNormWeightGradient(
              new NormKernels.Gradient(x, inverse, 0, g, g, false, inverse),
              6,
              dWeight.row(0),
              0,
              4);
      check("rms dWeight", data, weight, dWeight, rms);

      Matrix scale = data.matrix(1, 12);
      Matrix bias = data.matrix(1, 12);
      Supplier<Double> layer =
          () -> {
            kernels.norms().layerNorm(x, scale.row(0), bias.row(0), 0.1f, y, 0, 6);
            return loss(y, g);
          };
      NativeFloats statistics = data.floats(12);
      Matrix dLayer = zeros(data, 6, 12);
      kernels
          .norms()
          .layerNormGradient(
              new NormKernels.Gradient(x, scale.row(0), 0.1f, g, dLayer, true, statistics), 0, 6);
      check("layer dx", data, x, dLayer, layer);
      Matrix dScale = zeros(data, 1, 12);
      Matrix dBias = zeros(data, 1, 12);
      kernels
          .norms()
          .layerNormWeightGradient(
              new NormKernels.Gradient(x, statistics, 0, g, g, false, statistics),
              6,
              dScale.row(0),
              dBias.row(0),
              0,
              12);
      check("layer dWeight", data, scale, dScale, layer);
      check("layer dBias", data, bias, dBias, layer);
    });
  }

  @Test
  void activationGradientsAreTheSlopesOfTheActivations() {
    with(data -> {
      Matrix x = data.matrix(6, 9);
      Matrix up = data.matrix(6, 9);
      Matrix g = data.matrix(6, 9);
      Matrix y = data.matrix(6, 9);
      for (Gelu form : Gelu.values()) {
        Matrix dx = zeros(data, 6, 9);
        kernels.activations().geluGradient(x, form, g, dx, true, 0, 6);
        check(
            "gelu " + form,
            data,
            x,
            dx,
            () -> {
              kernels.activations().gelu(x, form, y, 0, 6);
              return loss(y, g);
            });
      }
      Matrix dGate = zeros(data, 6, 9);
      Matrix dUp = zeros(data, 6, 9);
      kernels.activations().swiGluGradient(x, up, g, dGate, dUp, 0, 6);
      Supplier<Double> forward =
          () -> {
            kernels.activations().swiGlu(x, up, y, 0, 6);
            return loss(y, g);
          };
      check("gate", data, x, dGate, forward);
      check("up", data, up, dUp, forward);
    });
  }

  /** {@code gelu(1)} of both forms, from transformers' definitions in double. */
  @Test
  void geluHasTheValuesOfItsForms() {
    // a rounding of float and 7.5e-8 of the error function
    assertThat((double) ScalarMath.geluErf(1)).isCloseTo(0.8413447460685429, within(2e-7));
    assertThat((double) ScalarMath.geluTanh(1)).isCloseTo(0.8411919906082768, within(2e-7));
  }

  @Test
  void rotationsAreUndoneByTheirInverse() {
    with(data -> {
      Matrix x = data.matrix(5, 12);
      Matrix original = data.copy(x);
      Matrix cos = data.matrix(4, 3);
      Matrix sin = data.matrix(4, 3);
      for (int p = 0; p < 4; p++) {
        for (int i = 0; i < 3; i++) {
          float angle = cos.get(p, i);
          cos.set(p, i, (float) Math.cos(angle));
          sin.set(p, i, (float) Math.sin(angle));
        }
      }
      int[] positions = {3, 2, 1, 0, 3};
      kernels.rows().rope(x, 6, cos, sin, positions, false, 0, 5);
      float a = original.get(1, 6);
      float b = original.get(1, 9);
      assertThat(x.get(1, 6)).isCloseTo(a * cos.get(2, 0) - b * sin.get(2, 0), within(1e-6f));
      kernels.rows().rope(x, 6, cos, sin, positions, true, 0, 5);
      assertThat(KernelData.difference(KernelData.values(x), KernelData.values(original)))
          .isLessThan(1e-6);
    });
  }

  /** Halves of the part that is turned are paired, not halves of the head. */
  @Test
  void columnsBeyondThoseThatAreTurnedStay() {
    with(data -> {
      Matrix x = data.matrix(1, 12);
      Matrix original = data.copy(x);
      Matrix cos = data.matrix(1, 2);
      Matrix sin = data.matrix(1, 2);
      kernels.rows().rope(x, 6, cos, sin, new int[] {0}, false, 0, 1);
      for (int head : new int[] {0, 6}) {
        for (int i = 0; i < 2; i++) {
          float a = original.get(0, head + i);
          float b = original.get(0, head + 2 + i);
          assertThat(x.get(0, head + i)).isEqualTo(a * cos.get(0, i) - b * sin.get(0, i));
          assertThat(x.get(0, head + 2 + i)).isEqualTo(b * cos.get(0, i) + a * sin.get(0, i));
          assertThat(x.get(0, head + 4 + i)).isEqualTo(original.get(0, head + 4 + i));
        }
      }
    });
  }

  @Test
  void attentionGradientsAreTheSlopesOfAttention() {
    with(data -> {
      Heads heads = new Heads(4, 2, 4);
      AttentionTiles tiles = new AttentionTiles(heads);
      tiles.set(new SequenceLayout(new int[] {0, 5, 8, 10, 12}, new int[] {-1, 0, 0, 1}));
      Matrix q = data.matrix(12, 16);
      Matrix k = data.matrix(12, 8);
      Matrix v = data.matrix(12, 8);
      Matrix out = data.matrix(12, 16);
      Matrix lse = data.matrix(12, 4);
      Matrix g = data.matrix(12, 16);
      Supplier<Double> forward =
          () -> {
            kernels
                .attention()
                .attention(
                    new AttentionKernels.Operands(q, k, v, tiles, out, lse),
                    0,
                    tiles.tiles(),
                    data.scratch);
            return loss(out, g);
          };
      kernels
          .attention()
          .attention(
              new AttentionKernels.Operands(q, k, v, tiles, out, lse),
              0,
              tiles.tiles(),
              data.scratch);
      assertThat(tiles.partRows()).isEqualTo(10);
      try (Threads one = new Threads(1)) {
        List<Matrix> gradients =
            data.attentionGradient(kernels, one, tiles, List.of(q, k, v), out, lse, g);
        check("dq", data, q, gradients.get(0), forward);
        check("dk", data, k, gradients.get(1), forward);
        check("dv", data, v, gradients.get(2), forward);
      }
    });
  }

  @Test
  void aTokenAttendsToItsPrefixAndItselfOnly() {
    with(data -> {
      Heads heads = new Heads(1, 1, 2);
      AttentionTiles tiles = new AttentionTiles(heads);
      tiles.set(new SequenceLayout(new int[] {0, 1, 2, 3}, new int[] {-1, 0, 0}));
      Matrix q = zeros(data, 3, 2);
      Matrix v = data.matrix(3, 2);
      Matrix out = data.matrix(3, 2);
      kernels
          .attention()
          .attention(
              new AttentionKernels.Operands(q, q, v, tiles, out, null),
              0,
              tiles.tiles(),
              data.scratch);
      assertThat(out.get(0, 0)).isEqualTo(v.get(0, 0));
      assertThat(out.get(2, 1)).isCloseTo((v.get(0, 1) + v.get(2, 1)) / 2, within(1e-6f));
    });
  }

  /** A uniform number picks the token whose cumulative probability passes it. */
  @Test
  void drawsFollowTheCumulativeProbability() {
    with(data -> {
      int v = 2100;
      Matrix logits = data.matrix(1, v);
      Matrix statistics = data.matrix(1, 9);
      kernels.heads().sliceStatistics(logits, 1, statistics, 0, 0, 1, data.scratch);
      double total = 0;
      for (int i = 0; i < v; i++) {
        total += Math.exp(logits.get(0, i));
      }
      for (double uniform : new double[] {0, 0.1, 0.35, 0.48, 0.5, 0.77, 0.999999}) {
        int token = kernels.heads().sample(logits.row(0), 1, statistics.row(0), uniform);
        double before = 0;
        for (int i = 0; i < token; i++) {
          before += Math.exp(logits.get(0, i)) / total;
        }
        double after = before + Math.exp(logits.get(0, token)) / total;
        assertThat(uniform).isBetween(before - 1e-6, after + 1e-6);
      }
    });
  }

  @Test
  void scalarHeadGradientsAreItsSlopes() {
    with(data -> {
      Matrix x = data.matrix(4, 5);
      Matrix weight = data.matrix(1, 5);
      Matrix bias = data.matrix(1, 1);
      int[] rows = {2, 0, 2};
      float[] g = {1, -2, 0.5f};
      NativeFloats values = data.floats(3);
      Supplier<Double> forward =
          () -> {
            kernels.heads().scalarHead(x, rows, weight.row(0), bias.row(0), values, 0, 3);
            return (double) g[0] * values.get(0) + g[1] * values.get(1) + g[2] * values.get(2);
          };
      Matrix dx = zeros(data, 4, 5);
      Matrix dWeight = zeros(data, 1, 5);
      Matrix dBias = zeros(data, 1, 1);
      kernels
          .heads()
          .scalarHeadGradient(
              new HeadKernels.ScalarGradient(
                  x, rows, 3, weight.row(0), g, dx, dWeight.row(0), dBias.row(0)),
              0,
              5);
      check("dx", data, x, dx, forward);
      check("dWeight", data, weight, dWeight, forward);
      check("dBias", data, bias, dBias, forward);
    });
  }
}
