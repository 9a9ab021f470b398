package org.align4j.core.samediff;

import java.util.Arrays;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;

/** The ops in plain Java on doubles: loops that follow the definitions. */
final class PlainOps {

  private PlainOps() {}

  static double[] vector(Parameters parameters, String name) {
    return parameters.get(name).toDoubleVector();
  }

  static double[][] rmsNorm(double[][] x, double[] weight, double eps) {
    double[][] y = new double[x.length][x[0].length];
    int d = weight.length;
    for (int n = 0; n < x.length; n++) {
      for (int block = 0; block < x[n].length; block += d) {
        double squares = 0;
        for (int i = 0; i < d; i++) {
          squares += x[n][block + i] * x[n][block + i];
        }
        for (int i = 0; i < d; i++) {
          y[n][block + i] = x[n][block + i] * weight[i] / Math.sqrt(squares / d + eps);
        }
      }
    }
    return y;
  }

  static double[][] layerNorm(double[][] x, double[] weight, double[] bias, double eps) {
    double[][] y = new double[x.length][x[0].length];
    for (int n = 0; n < x.length; n++) {
      double mean = 0;
      for (double value : x[n]) {
        mean += value / x[n].length;
      }
      double variance = 0;
      for (double value : x[n]) {
        variance += (value - mean) * (value - mean) / x[n].length;
      }
      for (int c = 0; c < x[n].length; c++) {
        y[n][c] = (x[n][c] - mean) / Math.sqrt(variance + eps) * weight[c] + bias[c];
      }
    }
    return y;
  }

  static double[][] linear(
      double[][] x, double[][] weight, double @Nullable [] bias, WeightLayout layout) {
    boolean outFirst = layout == WeightLayout.OUT_IN;
    int columns = outFirst ? weight.length : weight[0].length;
    double[][] y = new double[x.length][columns];
    for (int n = 0; n < x.length; n++) {
      for (int c = 0; c < columns; c++) {
        y[n][c] = bias == null ? 0 : bias[c];
        for (int i = 0; i < x[n].length; i++) {
          y[n][c] += x[n][i] * (outFirst ? weight[c][i] : weight[i][c]);
        }
      }
    }
    return y;
  }

  static double[] gelu(double[] x, Gelu form) {
    double[] y = new double[x.length];
    for (int c = 0; c < x.length; c++) {
      double v = x[c];
      y[c] =
          switch (form) {
            case ERF -> 0.5 * v * (1 + erf(v / Math.sqrt(2)));
            case TANH ->
                0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
          };
    }
    return y;
  }

  /** The Maclaurin series: exact to rounding for the arguments of a test. */
  static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 100; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  static double[][] rope(double[][] x, RopeTable table, int[] positions) {
    int half = table.rotated() / 2;
    double[][] y = new double[x.length][];
    for (int n = 0; n < x.length; n++) {
      y[n] = x[n].clone();
      for (int head = 0; head < x[n].length; head += table.headDim()) {
        for (int i = 0; i < half; i++) {
          double cos = table.cos(positions[n], i);
          double sin = table.sin(positions[n], i);
          double first = x[n][head + i];
          double second = x[n][head + half + i];
          y[n][head + i] = first * cos - second * sin;
          y[n][head + half + i] = second * cos + first * sin;
        }
      }
    }
    return y;
  }

  /** Columns of x: queries, keys, values. */
  static double[][] attention(double[][] x, Heads heads, SequenceLayout layout) {
    int d = heads.headDim();
    double[][] y = new double[x.length][heads.query() * d];
    for (int s = 0; s < layout.segments(); s++) {
      for (int n = layout.offsets()[s]; n < layout.offsets()[s + 1]; n++) {
        int[] before = visible(layout, s, n);
        int first = heads.window() == 0 ? 0 : Math.max(0, before.length - heads.window());
        int[] visible = Arrays.copyOfRange(before, first, before.length);
        for (int h = 0; h < heads.query(); h++) {
          int keyHead = h / (heads.query() / heads.key());
          int key = (heads.query() + keyHead) * d;
          int value = (heads.query() + heads.key() + keyHead) * d;
          double[] weights = new double[visible.length];
          double total = 0;
          for (int j = 0; j < visible.length; j++) {
            double dot = 0;
            for (int i = 0; i < d; i++) {
              dot += x[n][h * d + i] * x[visible[j]][key + i];
            }
            weights[j] = Math.exp(dot / Math.sqrt(d));
            total += weights[j];
          }
          for (int j = 0; j < visible.length; j++) {
            for (int i = 0; i < d; i++) {
              y[n][h * d + i] += weights[j] / total * x[visible[j]][value + i];
            }
          }
        }
      }
    }
    return y;
  }

  private static int[] visible(SequenceLayout layout, int segment, int token) {
    int[] visible = new int[layout.start(segment) + token - layout.offsets()[segment] + 1];
    int last = token;
    for (int s = segment; s >= 0; s = layout.prefix()[s]) {
      for (int row = last; row >= layout.offsets()[s]; row--) {
        visible[layout.start(s) + row - layout.offsets()[s]] = row;
      }
      last = layout.prefix()[s] < 0 ? -1 : layout.offsets()[layout.prefix()[s] + 1] - 1;
    }
    return visible;
  }
}
