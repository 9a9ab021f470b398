package org.align4j.cuda.check.kernel;

import static org.align4j.cuda.check.kernel.HeadOperands.ROWS;
import static org.align4j.cuda.check.kernel.HeadOperands.SLICES;
import static org.align4j.cuda.check.kernel.HeadOperands.TEMPERATURE;
import static org.align4j.cuda.check.kernel.HeadOperands.VOCABULARY;
import static org.align4j.cuda.check.kernel.HostRoom.join;

import java.util.List;
import java.util.Random;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.cuda.kernel.DeviceMatrix;

/** Softmax over a vocabulary, sampling, scalar outputs. */
final class HeadCases {

  private static final String SHAPE = "[9,2500]";

  /** Exponentials and logarithms in double are the device's own: no bits are promised. */
  private static final boolean OWN_DOUBLES = false;

  private HeadCases() {}

  static List<KernelCase> all() {
    HeadOperands o = new HeadOperands();
    return List.of(
        statistics(o),
        combine(o),
        labels(o),
        logProbs(o),
        gradient(o),
        sample(o),
        scalarHead(),
        scalarGradient());
  }

  private static KernelCase statistics(HeadOperands o) {
    return KernelCase.of(
        "slice_statistics",
        SHAPE,
        (k, room) -> {
          DeviceMatrix sums = room.matrix(ROWS, 3 * SLICES);
          k.heads().sliceStatistics(room.matrix(o.logits), VOCABULARY, TEMPERATURE, sums, 0, ROWS);
          return room.read(sums);
        },
        (k, room) -> HostRoom.read(o.statistics(k, room)),
        () -> {
          double[] sums = new double[ROWS * 3 * SLICES];
          for (int n = 0; n < ROWS; n++) {
            double[] z = o.scaled(n);
            for (int s = 0; s < SLICES; s++) {
              int from = s * HeadKernels.SLICE;
              int to = Math.min(VOCABULARY, from + HeadKernels.SLICE);
              int at = (n * SLICES + s) * 3;
              sums[at] = Double.NEGATIVE_INFINITY;
              for (int c = from; c < to; c++) {
                sums[at] = Math.max(sums[at], z[c]);
              }
              for (int c = from; c < to; c++) {
                sums[at + 1] += Math.exp(z[c] - sums[at]);
                sums[at + 2] += Math.exp(z[c] - sums[at]) * (z[c] - sums[at]);
              }
            }
          }
          return sums;
        });
  }

  private static KernelCase combine(HeadOperands o) {
    return new KernelCase(
        "combine_statistics",
        "[9,9]",
        KernelCase.FLOAT,
        OWN_DOUBLES,
        (k, room) -> {
          long lse = room.words(ROWS);
          long nats = room.words(ROWS);
          k.heads().combineStatistics(room.matrix(o.statistics), SLICES, lse, nats, ROWS);
          return join(room.readFloats(lse, ROWS), room.readFloats(nats, ROWS));
        },
        (k, room) -> join(Table.widened(o.logSumExp), Table.widened(o.entropy)),
        () -> {
          double[] both = new double[2 * ROWS];
          for (int n = 0; n < ROWS; n++) {
            both[n] = HeadOperands.logSumExp(o.scaled(n));
            both[ROWS + n] = HeadOperands.entropy(o.scaled(n));
          }
          return both;
        });
  }

  private static KernelCase labels(HeadOperands o) {
    return KernelCase.of(
        "label_logits",
        SHAPE,
        (k, room) -> {
          long out = room.words(ROWS);
          long labels = room.ints(o.labels);
          DeviceMatrix logits = room.matrix(o.logits);
          // In two parts: a label lies in one of them.
          k.heads().labelLogits(logits.columns(0, 1024), 0, 1024, labels, out, ROWS);
          k.heads()
              .labelLogits(
                  logits.columns(1024, VOCABULARY), 1024, VOCABULARY - 1024, labels, out, ROWS);
          return room.readFloats(out, ROWS);
        },
        (k, room) -> Table.widened(o.labelLogits),
        () -> Table.widened(o.labelLogits));
  }

  private static KernelCase logProbs(HeadOperands o) {
    return KernelCase.of(
        "log_probs",
        "[9]",
        (k, room) -> {
          long out = room.words(ROWS);
          k.heads()
              .logProbs(
                  room.floats(o.labelLogits), TEMPERATURE, room.floats(o.logSumExp), out, ROWS);
          return room.readFloats(out, ROWS);
        },
        (k, room) -> {
          double[] out = new double[ROWS];
          for (int n = 0; n < ROWS; n++) {
            out[n] = o.labelLogits[n] / TEMPERATURE - o.logSumExp[n];
          }
          return out;
        },
        () -> {
          double[] out = new double[ROWS];
          for (int n = 0; n < ROWS; n++) {
            double[] z = o.scaled(n);
            out[n] = z[o.labels[n]] - HeadOperands.logSumExp(z);
          }
          return out;
        });
  }

  private static KernelCase gradient(HeadOperands o) {
    return KernelCase.of(
        "logits_gradient",
        SHAPE,
        (k, room) -> {
          DeviceMatrix logits = room.matrix(o.logits);
          k.heads()
              .logitsGradient(
                  logits,
                  0,
                  VOCABULARY,
                  room.ints(o.labels),
                  TEMPERATURE,
                  room.floats(o.logSumExp),
                  room.floats(o.entropy),
                  room.floats(o.dLogProb),
                  room.floats(o.dEntropy),
                  ROWS);
          return room.read(logits);
        },
        (k, room) -> {
          Matrix logits = room.matrix(o.logits);
          var known =
              new HeadKernels.LogitsGradient(
                  o.labels,
                  TEMPERATURE,
                  room.floats(o.logSumExp),
                  room.floats(o.entropy),
                  o.dLogProb,
                  o.dEntropy);
          for (int from = 0; from < VOCABULARY; from += HeadKernels.SLICE) {
            int to = Math.min(VOCABULARY, from + HeadKernels.SLICE);
            k.heads().logitsGradient(logits.columns(from, to), from, known, 0, ROWS);
          }
          return HostRoom.read(logits);
        },
        () -> {
          double[] dz = new double[ROWS * VOCABULARY];
          for (int n = 0; n < ROWS; n++) {
            double[] z = o.scaled(n);
            double lse = HeadOperands.logSumExp(z);
            double nats = HeadOperands.entropy(z);
            for (int c = 0; c < VOCABULARY; c++) {
              double p = Math.exp(z[c] - lse);
              double one = c == o.labels[n] ? 1 : 0;
              dz[n * VOCABULARY + c] =
                  (o.dLogProb[n] * (one - p) - o.dEntropy[n] * p * (z[c] - lse + nats))
                      / TEMPERATURE;
            }
          }
          return dz;
        });
  }

  private static KernelCase sample(HeadOperands o) {
    double[] uniforms = new Random(5).doubles(ROWS).toArray();
    return KernelCase.of(
        "sample_tokens",
        SHAPE,
        (k, room) -> {
          long tokens = room.words(ROWS);
          long logProbs = room.words(ROWS);
          k.heads()
              .sampleTokens(
                  room.matrix(o.logits),
                  VOCABULARY,
                  TEMPERATURE,
                  room.matrix(o.statistics),
                  room.floats(o.logSumExp),
                  room.doubles(uniforms),
                  false,
                  tokens,
                  logProbs,
                  ROWS);
          return join(room.readInts(tokens, ROWS), room.readFloats(logProbs, ROWS));
        },
        (k, room) -> {
          double[] both = new double[2 * ROWS];
          Matrix logits = room.matrix(o.logits);
          Matrix sums = room.matrix(o.statistics);
          for (int n = 0; n < ROWS; n++) {
            int token = k.heads().sample(logits.row(n), TEMPERATURE, sums.row(n), uniforms[n]);
            both[n] = token;
            both[ROWS + n] = logits.get(n, token) / TEMPERATURE - o.logSumExp[n];
          }
          return both;
        },
        () -> {
          double[] both = new double[2 * ROWS];
          for (int n = 0; n < ROWS; n++) {
            double[] z = o.scaled(n);
            double lse = HeadOperands.logSumExp(z);
            double left = uniforms[n];
            int token = 0;
            for (left -= Math.exp(z[0] - lse); left >= 0; left -= Math.exp(z[token] - lse)) {
              token++;
            }
            both[n] = token;
            both[ROWS + n] = z[token] - lse;
          }
          return both;
        });
  }

  private static final int D = 101;

  private static KernelCase scalarHead() {
    Table x = Table.random(1, 20, D);
    int[] rows = {3, 7, 0, 19, 11};
    float[] weight = Table.normal(2, D);
    float[] bias = {0.3f};
    return KernelCase.of(
        "scalar_head",
        "5 of [20,101]",
        (k, room) -> {
          long values = room.words(rows.length);
          k.heads()
              .scalarHead(
                  room.matrix(x),
                  room.ints(rows),
                  room.floats(weight),
                  room.floats(bias),
                  values,
                  rows.length,
                  D);
          return room.readFloats(values, rows.length);
        },
        (k, room) -> {
          NativeFloats values = room.zeros(rows.length);
          k.heads()
              .scalarHead(
                  room.matrix(x),
                  rows,
                  room.floats(weight),
                  room.floats(bias),
                  values,
                  0,
                  rows.length);
          return HostRoom.read(values);
        },
        () -> {
          double[] values = new double[rows.length];
          for (int n = 0; n < rows.length; n++) {
            values[n] = bias[0];
            for (int c = 0; c < D; c++) {
              values[n] += x.at(rows[n], c) * weight[c];
            }
          }
          return values;
        });
  }

  private static KernelCase scalarGradient() {
    Table x = Table.random(1, 20, D);
    Table dx = Table.random(2, 20, D);
    int[] rows = {3, 7, 0, 19, 11};
    float[] weight = Table.normal(3, D);
    float[] dValues = Table.normal(4, rows.length);
    float[] dw = Table.normal(5, D);
    float[] db = {0.3f};
    return KernelCase.of(
        "scalar_head_gradient",
        "5 of [20,101]",
        (k, room) -> {
          DeviceMatrix target = room.matrix(dx);
          long weights = room.floats(dw);
          long bias = room.floats(db);
          k.heads()
              .scalarHeadGradient(
                  room.matrix(x),
                  room.ints(rows),
                  rows.length,
                  room.floats(weight),
                  room.floats(dValues),
                  target,
                  weights,
                  bias,
                  D);
          return join(room.read(target), room.readFloats(weights, D), room.readFloats(bias, 1));
        },
        (k, room) -> {
          Matrix target = room.matrix(dx);
          NativeFloats weights = room.floats(dw);
          NativeFloats bias = room.floats(db);
          k.heads()
              .scalarHeadGradient(
                  new HeadKernels.ScalarGradient(
                      room.matrix(x),
                      rows,
                      rows.length,
                      room.floats(weight),
                      dValues,
                      target,
                      weights,
                      bias),
                  0,
                  D);
          return join(HostRoom.read(target), HostRoom.read(weights), HostRoom.read(bias));
        },
        () -> {
          double[] target = dx.exact();
          double[] weights = Table.widened(dw);
          double[] bias = Table.widened(db);
          for (int n = 0; n < rows.length; n++) {
            bias[0] += dValues[n];
            for (int c = 0; c < D; c++) {
              target[rows[n] * D + c] += (double) dValues[n] * weight[c];
              weights[c] += dValues[n] * x.at(rows[n], c);
            }
          }
          return join(target, weights, bias);
        });
  }
}
