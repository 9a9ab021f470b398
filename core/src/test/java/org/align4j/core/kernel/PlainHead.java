package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.jspecify.annotations.Nullable;

/** Heads, one logit at a time, in double. */
final class PlainHead {

  private PlainHead() {}

  static void sliceStatistics(
      Matrix logits, float temperature, Matrix statistics, int slice, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int start = 0; start < logits.columns(); start += HeadKernels.SLICE) {
        int end = Math.min(logits.columns(), start + HeadKernels.SLICE);
        float max = Float.NEGATIVE_INFINITY;
        for (int c = start; c < end; c++) {
          max = Math.max(max, logits.get(n, c) / temperature);
        }
        double sum = 0;
        double weighted = 0;
        for (int c = start; c < end; c++) {
          double z = logits.get(n, c) / temperature - max;
          sum += Math.exp(z);
          weighted += Math.exp(z) * z;
        }
        int at = 3 * (slice + start / HeadKernels.SLICE);
        statistics.set(n, at, max);
        statistics.set(n, at + 1, (float) sum);
        statistics.set(n, at + 2, (float) weighted);
      }
    }
  }

  static void logitsGradient(
      Matrix logits,
      int column,
      int[] labels,
      float temperature,
      NativeFloats logSumExp,
      NativeFloats entropy,
      float[] dLogProb,
      float @Nullable [] dEntropy,
      int from,
      int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < logits.columns(); c++) {
        double logP = logits.get(n, c) / temperature - logSumExp.get(n);
        double p = Math.exp(logP);
        double dz = dLogProb[n] * ((column + c == labels[n] ? 1 : 0) - p);
        if (dEntropy != null) {
          dz -= dEntropy[n] * p * (logP + entropy.get(n));
        }
        logits.set(n, c, (float) (dz / temperature));
      }
    }
  }
}
