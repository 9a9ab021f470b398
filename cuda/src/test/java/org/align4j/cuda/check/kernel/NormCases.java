package org.align4j.cuda.check.kernel;

import static org.align4j.cuda.check.kernel.HostRoom.join;

import java.util.List;
import org.align4j.core.kernel.NormKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.cuda.kernel.DeviceMatrix;

/** Norms of rows and their gradients; gradients are added to what is there. */
final class NormCases {

  private static final float EPS = 1e-5f;
  private static final int ROWS = 37;

  private NormCases() {}

  static List<KernelCase> all() {
    // Short vectors go eight to a block, longer ones have a block each.
    return List.of(
        rms(101, 101),
        rms(120, 24),
        rms(515, 515),
        rmsGradient(101, 101),
        rmsGradient(120, 24),
        rmsGradient(515, 515),
        layer(101),
        layer(515),
        layerGradient(101),
        layerGradient(515));
  }

  private static String shape(int columns, int d) {
    return "[37," + columns + "]" + (d == columns ? "" : " by " + d);
  }

  private static KernelCase rms(int columns, int d) {
    Table x = Table.random(1, ROWS, columns);
    float[] weight = Table.normal(2, d);
    return KernelCase.of(
        "rms_norm",
        shape(columns, d),
        (k, room) -> {
          DeviceMatrix y = room.matrix(x);
          k.norms().rmsNorm(y, room.floats(weight), EPS, y, ROWS, columns, d);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(x);
          k.norms().rmsNorm(y, room.floats(weight), EPS, y, 0, ROWS);
          return HostRoom.read(y);
        },
        () -> {
          double[] y = x.exact();
          for (int at = 0; at < y.length; at += d) {
            double inverse = inverse(x.values(), at, d);
            for (int c = 0; c < d; c++) {
              y[at + c] *= inverse * weight[c];
            }
          }
          return y;
        });
  }

  /** {@code 1/sqrt(mean(x²) + eps)}. */
  private static double inverse(float[] x, int from, int d) {
    double sum = 0;
    for (int c = 0; c < d; c++) {
      sum += (double) x[from + c] * x[from + c];
    }
    return 1 / Math.sqrt(sum / d + EPS);
  }

  private static KernelCase rmsGradient(int columns, int d) {
    Table x = Table.random(1, ROWS, columns);
    Table dy = Table.random(2, ROWS, columns);
    Table dx = Table.random(3, ROWS, columns);
    float[] weight = Table.normal(4, d);
    float[] dw = Table.normal(5, d);
    int vectors = ROWS * columns / d;
    return KernelCase.of(
        "rms_norm_gradient, rms_norm_weight_gradient",
        shape(columns, d),
        (k, room) -> {
          DeviceMatrix in = room.matrix(x);
          DeviceMatrix slope = room.matrix(dy);
          DeviceMatrix target = room.matrix(dx);
          long statistics = room.words(vectors);
          long weights = room.floats(dw);
          k.norms()
              .rmsNormGradient(
                  in, room.floats(weight), EPS, slope, target, true, statistics, ROWS, columns, d);
          k.norms().rmsNormWeightGradient(in, slope, statistics, ROWS, columns, d, weights);
          return join(room.read(target), room.readFloats(weights, d));
        },
        (k, room) -> {
          Matrix target = room.matrix(dx);
          NativeFloats weights = room.floats(dw);
          var operands =
              new NormKernels.Gradient(
                  room.matrix(x),
                  room.floats(weight),
                  EPS,
                  room.matrix(dy),
                  target,
                  true,
                  room.zeros(vectors));
          k.norms().rmsNormGradient(operands, 0, ROWS);
          k.norms().rmsNormWeightGradient(operands, ROWS, weights, 0, d);
          return join(HostRoom.read(target), HostRoom.read(weights));
        },
        () -> {
          double[] out = dx.exact();
          double[] weights = Table.widened(dw);
          for (int at = 0; at < out.length; at += d) {
            double r = inverse(x.values(), at, d);
            double mean = 0;
            for (int c = 0; c < d; c++) {
              mean += (double) weight[c] * dy.values()[at + c] * x.values()[at + c] / d;
            }
            for (int c = 0; c < d; c++) {
              double in = x.values()[at + c];
              double slope = dy.values()[at + c];
              out[at + c] += r * (weight[c] * slope - in * r * r * mean);
              weights[c] += slope * in * r;
            }
          }
          return join(out, weights);
        });
  }

  private static KernelCase layer(int columns) {
    Table x = Table.random(1, ROWS, columns);
    float[] weight = Table.normal(2, columns);
    float[] bias = Table.normal(3, columns);
    return KernelCase.of(
        "layer_norm",
        shape(columns, columns),
        (k, room) -> {
          DeviceMatrix y = room.matrix(x);
          k.norms().layerNorm(y, room.floats(weight), room.floats(bias), EPS, y, ROWS, columns);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(x);
          k.norms().layerNorm(y, room.floats(weight), room.floats(bias), EPS, y, 0, ROWS);
          return HostRoom.read(y);
        },
        () -> {
          double[] y = x.exact();
          for (int at = 0; at < y.length; at += columns) {
            double[] moments = moments(x.values(), at, columns);
            for (int c = 0; c < columns; c++) {
              y[at + c] = (y[at + c] - moments[0]) * moments[1] * weight[c] + bias[c];
            }
          }
          return y;
        });
  }

  /** Mean and 1/deviation. */
  private static double[] moments(float[] x, int from, int d) {
    double mean = 0;
    for (int c = 0; c < d; c++) {
      mean += x[from + c] / (double) d;
    }
    double variance = 0;
    for (int c = 0; c < d; c++) {
      variance += (x[from + c] - mean) * (x[from + c] - mean) / d;
    }
    return new double[] {mean, 1 / Math.sqrt(variance + EPS)};
  }

  private static KernelCase layerGradient(int columns) {
    Table x = Table.random(1, ROWS, columns);
    Table dy = Table.random(2, ROWS, columns);
    Table dx = Table.random(3, ROWS, columns);
    float[] weight = Table.normal(4, columns);
    float[] dw = Table.normal(5, columns);
    float[] db = Table.normal(6, columns);
    return KernelCase.of(
        "layer_norm_gradient, layer_norm_weight_gradient",
        shape(columns, columns),
        (k, room) -> {
          DeviceMatrix in = room.matrix(x);
          DeviceMatrix slope = room.matrix(dy);
          DeviceMatrix target = room.matrix(dx);
          long statistics = room.words(2 * ROWS);
          long weights = room.floats(dw);
          long biases = room.floats(db);
          k.norms()
              .layerNormGradient(
                  in, room.floats(weight), EPS, slope, target, true, statistics, ROWS, columns);
          k.norms().layerNormWeightGradient(in, slope, statistics, ROWS, weights, biases, columns);
          return join(
              room.read(target),
              room.readFloats(weights, columns),
              room.readFloats(biases, columns));
        },
        (k, room) -> {
          Matrix target = room.matrix(dx);
          NativeFloats weights = room.floats(dw);
          NativeFloats biases = room.floats(db);
          var operands =
              new NormKernels.Gradient(
                  room.matrix(x),
                  room.floats(weight),
                  EPS,
                  room.matrix(dy),
                  target,
                  true,
                  room.zeros(2 * ROWS));
          k.norms().layerNormGradient(operands, 0, ROWS);
          k.norms().layerNormWeightGradient(operands, ROWS, weights, biases, 0, columns);
          return join(HostRoom.read(target), HostRoom.read(weights), HostRoom.read(biases));
        },
        () -> {
          double[] out = dx.exact();
          double[] weights = Table.widened(dw);
          double[] biases = Table.widened(db);
          for (int at = 0; at < out.length; at += columns) {
            double[] moments = moments(x.values(), at, columns);
            double slopes = 0;
            double turned = 0;
            for (int c = 0; c < columns; c++) {
              double g = (double) weight[c] * dy.values()[at + c] / columns;
              slopes += g;
              turned += g * (x.values()[at + c] - moments[0]) * moments[1];
            }
            for (int c = 0; c < columns; c++) {
              double normed = (x.values()[at + c] - moments[0]) * moments[1];
              double slope = dy.values()[at + c];
              out[at + c] += moments[1] * (weight[c] * slope - slopes - normed * turned);
              weights[c] += slope * normed;
              biases[c] += slope;
            }
          }
          return join(out, weights, biases);
        });
  }
}
