package org.align4j.cuda.check.kernel;

import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarKernels;

/** Logits of some rows over a vocabulary of three slices, and what the CPU knows of them. */
final class HeadOperands {

  static final int ROWS = 9;
  static final int VOCABULARY = 2500;
  static final int SLICES = HeadKernels.slices(VOCABULARY);
  static final float TEMPERATURE = 0.7f;

  final Table logits = Table.random(1, ROWS, VOCABULARY);
  final int[] labels = Table.indices(2, ROWS, VOCABULARY);
  final float[] dLogProb = Table.normal(3, ROWS);
  final float[] dEntropy = Table.normal(4, ROWS);
  final Table statistics;
  final float[] logSumExp;
  final float[] entropy;
  final float[] labelLogits = new float[ROWS];

  HeadOperands() {
    Kernels kernels = new ScalarKernels();
    try (HostRoom room = new HostRoom()) {
      Matrix sums = statistics(kernels, room);
      statistics = new Table(floats(HostRoom.read(sums)), ROWS, 3 * SLICES);
      NativeFloats lse = room.zeros(ROWS);
      NativeFloats nats = room.zeros(ROWS);
      kernels.heads().combineStatistics(sums, SLICES, lse, nats, 0, ROWS);
      logSumExp = lse.toArray();
      entropy = nats.toArray();
    }
    for (int n = 0; n < ROWS; n++) {
      labelLogits[n] = logits.values()[n * VOCABULARY + labels[n]];
    }
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  /** By the kernels. */
  Matrix statistics(Kernels kernels, HostRoom room) {
    Matrix sums = room.matrix(ROWS, 3 * SLICES);
    kernels
        .heads()
        .sliceStatistics(room.matrix(logits), TEMPERATURE, sums, 0, 0, ROWS, room.scratch());
    return sums;
  }

  /** {@code logits / temperature} in double. */
  double[] scaled(int row) {
    double[] z = new double[VOCABULARY];
    for (int c = 0; c < VOCABULARY; c++) {
      z[c] = logits.at(row, c) / TEMPERATURE;
    }
    return z;
  }

  /** Log-sum-exp in double. */
  static double logSumExp(double[] z) {
    double sum = 0;
    for (double each : z) {
      sum += Math.exp(each);
    }
    return Math.log(sum);
  }

  /** Entropy in nats, in double. */
  static double entropy(double[] z) {
    double lse = logSumExp(z);
    double sum = 0;
    for (double each : z) {
      sum += Math.exp(each - lse) * (lse - each);
    }
    return sum;
  }
}
