package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;

/** Norms and their gradients, one element at a time; sums in double. */
final class PlainNorms {

  private PlainNorms() {}

  private static double inverse(Matrix x, int n, int start, int d, float eps) {
    double sum = 0;
    for (int c = start; c < start + d; c++) {
      sum += (double) x.get(n, c) * x.get(n, c);
    }
    return 1 / Math.sqrt(sum / d + eps);
  }

  static void rmsNorm(Matrix x, NativeFloats weight, float eps, Matrix y, int from, int to) {
    int d = (int) weight.length();
    for (int n = from; n < to; n++) {
      for (int start = 0; start < x.columns(); start += d) {
        double inverse = inverse(x, n, start, d, eps);
        for (int c = 0; c < d; c++) {
          y.set(n, start + c, (float) (x.get(n, start + c) * inverse * weight.get(c)));
        }
      }
    }
  }

  /** {@code dx = r·w·dy − x · r³/d · Σ(w·dy·x)}, {@code r = 1/sqrt(mean(x²) + eps)}. */
  static void rmsNormGradient(
      Matrix x,
      NativeFloats weight,
      float eps,
      Matrix dy,
      Matrix dx,
      boolean add,
      NativeFloats inverses,
      int from,
      int to) {
    int d = (int) weight.length();
    int blocks = x.columns() / d;
    for (int n = from; n < to; n++) {
      for (int b = 0; b < blocks; b++) {
        double r = inverse(x, n, b * d, d, eps);
        double dot = 0;
        for (int c = 0; c < d; c++) {
          dot += (double) weight.get(c) * dy.get(n, b * d + c) * x.get(n, b * d + c);
        }
        for (int c = 0; c < d; c++) {
          double own = r * weight.get(c) * dy.get(n, b * d + c);
          float value = (float) (own - x.get(n, b * d + c) * r * r * r / d * dot);
          dx.set(n, b * d + c, add ? dx.get(n, b * d + c) + value : value);
        }
        inverses.set((long) n * blocks + b, (float) r);
      }
    }
  }

  static void rmsNormWeightGradient(
      Matrix x, Matrix dy, NativeFloats inverse, int rows, NativeFloats dWeight, int from, int to) {
    int d = (int) dWeight.length();
    int blocks = x.columns() / d;
    for (int c = from; c < to; c++) {
      float sum = dWeight.get(c);
      for (int n = 0; n < rows; n++) {
        for (int b = 0; b < blocks; b++) {
          sum += dy.get(n, b * d + c) * x.get(n, b * d + c) * inverse.get((long) n * blocks + b);
        }
      }
      dWeight.set(c, sum);
    }
  }

  private static double mean(Matrix x, int n) {
    double sum = 0;
    for (int c = 0; c < x.columns(); c++) {
      sum += x.get(n, c);
    }
    return sum / x.columns();
  }

  private static double inverseDeviation(Matrix x, int n, double mean, float eps) {
    double sum = 0;
    for (int c = 0; c < x.columns(); c++) {
      sum += (x.get(n, c) - mean) * (x.get(n, c) - mean);
    }
    return 1 / Math.sqrt(sum / x.columns() + eps);
  }

  static void layerNorm(
      Matrix x, NativeFloats weight, NativeFloats bias, float eps, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      double mean = mean(x, n);
      double r = inverseDeviation(x, n, mean, eps);
      for (int c = 0; c < x.columns(); c++) {
        y.set(n, c, (float) ((x.get(n, c) - mean) * r * weight.get(c) + bias.get(c)));
      }
    }
  }

  /** {@code dx = r·(g − mean(g) − x̂·mean(g·x̂))}, {@code g = w·dy}, {@code x̂ = (x − mean)·r}. */
  static void layerNormGradient(
      Matrix x,
      NativeFloats weight,
      float eps,
      Matrix dy,
      Matrix dx,
      boolean add,
      NativeFloats statistics,
      int from,
      int to) {
    int d = x.columns();
    for (int n = from; n < to; n++) {
      double mean = mean(x, n);
      double r = inverseDeviation(x, n, mean, eps);
      double sum = 0;
      double dot = 0;
      for (int c = 0; c < d; c++) {
        double g = (double) weight.get(c) * dy.get(n, c);
        sum += g;
        dot += g * (x.get(n, c) - mean) * r;
      }
      for (int c = 0; c < d; c++) {
        double g = (double) weight.get(c) * dy.get(n, c);
        float value = (float) (r * (g - sum / d - (x.get(n, c) - mean) * r * dot / d));
        dx.set(n, c, add ? dx.get(n, c) + value : value);
      }
      statistics.set(2L * n, (float) mean);
      statistics.set(2L * n + 1, (float) r);
    }
  }

  static void layerNormWeightGradient(
      Matrix x,
      Matrix dy,
      NativeFloats statistics,
      int rows,
      NativeFloats dWeight,
      NativeFloats dBias,
      int from,
      int to) {
    for (int c = from; c < to; c++) {
      float weight = dWeight.get(c);
      float bias = dBias.get(c);
      for (int n = 0; n < rows; n++) {
        float normal = (x.get(n, c) - statistics.get(2L * n)) * statistics.get(2L * n + 1);
        weight += dy.get(n, c) * normal;
        bias += dy.get(n, c);
      }
      dWeight.set(c, weight);
      dBias.set(c, bias);
    }
  }
}
