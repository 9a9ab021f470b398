package org.align4j.core.kernel.scalar;

import static org.align4j.core.kernel.scalar.ScalarSums.dot;
import static org.align4j.core.kernel.scalar.ScalarSums.squares;
import static org.align4j.core.kernel.scalar.ScalarSums.total;

import org.align4j.core.kernel.NormKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;

/** Norms and their gradients: the operations of {@code VectorNorms} one by one. */
public final class ScalarNorms implements NormKernels {

  /** {@code 1/√(squares/d + eps)}. */
  public static float inverse(float squares, int d, float eps) {
    return (float) (1 / Math.sqrt((double) squares / d + eps));
  }

  @Override
  public void rmsNorm(Matrix x, NativeFloats weight, float eps, Matrix y, int from, int to) {
    int d = (int) weight.length();
    for (int n = from; n < to; n++) {
      for (int start = 0; start < x.columns(); start += d) {
        float r = inverse(squares(x.address(n) + 4L * start, 0, d), d, eps);
        for (int c = 0; c < d; c++) {
          y.set(n, start + c, x.get(n, start + c) * r * weight.get(c));
        }
      }
    }
  }

  /** {@code dx = r·w·dy − x · r³/d · Σ(w·dy·x)}, {@code r = 1/sqrt(mean(x²) + eps)}. */
  @Override
  public void rmsNormGradient(Gradient gradient, int from, int to) {
    Matrix x = gradient.x();
    Matrix dy = gradient.dy();
    Matrix dx = gradient.dx();
    NativeFloats weight = gradient.weight();
    float eps = gradient.eps();
    boolean add = gradient.add();
    NativeFloats statistics = gradient.statistics();
    int d = (int) weight.length();
    int blocks = x.columns() / d;
    for (int n = from; n < to; n++) {
      for (int b = 0; b < blocks; b++) {
        long at = 4L * b * d;
        float r = inverse(squares(x.address(n) + at, 0, d), d, eps);
        float back =
            -r * r * r / d * dot(weight.address(), dy.address(n) + at, x.address(n) + at, 0, d);
        combine(weight, dy, x, n, b * d, 0, r, back, 0, dx, add);
        statistics.set((long) n * blocks + b, r);
      }
    }
  }

  /** {@code dx (+)= r·w·dy + back·(x − shift) + constant}. */
  private static void combine(
      NativeFloats w,
      Matrix dy,
      Matrix x,
      int n,
      int start,
      float shift,
      float r,
      float back,
      float constant,
      Matrix dx,
      boolean add) {
    float from = constant - back * shift;
    for (int c = 0; c < w.length(); c++) {
      float slope = w.get(c) * dy.get(n, start + c);
      float value = Math.fma(slope, r, Math.fma(x.get(n, start + c), back, from));
      dx.set(n, start + c, add ? value + dx.get(n, start + c) : value);
    }
  }

  @Override
  public void rmsNormWeightGradient(
      Gradient gradient, int rows, NativeFloats dWeight, int from, int to) {
    Matrix x = gradient.x();
    Matrix dy = gradient.dy();
    NativeFloats statistics = gradient.statistics();
    int d = (int) dWeight.length();
    int blocks = x.columns() / d;
    for (int c = from; c < to; c++) {
      float sum = dWeight.get(c);
      for (int n = 0; n < rows; n++) {
        for (int b = 0; b < blocks; b++) {
          float normal = x.get(n, b * d + c) * statistics.get((long) n * blocks + b);
          sum = Math.fma(dy.get(n, b * d + c), normal, sum);
        }
      }
      dWeight.set(c, sum);
    }
  }

  @Override
  public void layerNorm(
      Matrix x, NativeFloats weight, NativeFloats bias, float eps, Matrix y, int from, int to) {
    int d = x.columns();
    for (int n = from; n < to; n++) {
      float mean = total(x.address(n), d) / d;
      float r = inverse(squares(x.address(n), mean, d), d, eps);
      for (int c = 0; c < d; c++) {
        y.set(n, c, (x.get(n, c) - mean) * r * weight.get(c) + bias.get(c));
      }
    }
  }

  /** {@code dx = r·(g − mean(g) − x̂·mean(g·x̂))}, {@code g = w·dy}, {@code x̂ = (x − mean)·r}. */
  @Override
  public void layerNormGradient(Gradient gradient, int from, int to) {
    Matrix x = gradient.x();
    Matrix dy = gradient.dy();
    Matrix dx = gradient.dx();
    NativeFloats weight = gradient.weight();
    float eps = gradient.eps();
    boolean add = gradient.add();
    NativeFloats statistics = gradient.statistics();
    int d = x.columns();
    for (int n = from; n < to; n++) {
      float mean = total(x.address(n), d) / d;
      float r = inverse(squares(x.address(n), mean, d), d, eps);
      float sum = dot(weight.address(), dy.address(n), d);
      float back = -r * r * r / d * dot(weight.address(), dy.address(n), x.address(n), mean, d);
      combine(weight, dy, x, n, 0, mean, r, back, -r * sum / d, dx, add);
      statistics.set(2L * n, mean);
      statistics.set(2L * n + 1, r);
    }
  }

  @Override
  public void layerNormWeightGradient(
      Gradient gradient, int rows, NativeFloats dWeight, NativeFloats dBias, int from, int to) {
    Matrix x = gradient.x();
    Matrix dy = gradient.dy();
    NativeFloats statistics = gradient.statistics();
    for (int c = from; c < to; c++) {
      float weight = dWeight.get(c);
      float bias = dBias.get(c);
      for (int n = 0; n < rows; n++) {
        float normal = (x.get(n, c) - statistics.get(2L * n)) * statistics.get(2L * n + 1);
        weight = Math.fma(dy.get(n, c), normal, weight);
        bias += dy.get(n, c);
      }
      dWeight.set(c, weight);
      dBias.set(c, bias);
    }
  }
}
