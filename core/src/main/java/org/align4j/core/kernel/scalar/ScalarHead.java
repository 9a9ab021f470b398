package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.jspecify.annotations.Nullable;

/**
 * Heads, one logit at a time: the operations of {@code VectorHead}, and what goes so in all
 * kernels.
 */
public class ScalarHead implements HeadKernels {

  @Override
  public void sliceStatistics(
      Matrix logits,
      float temperature,
      Matrix statistics,
      int slice,
      int from,
      int to,
      Scratch scratch) {
    float inverse = 1 / temperature;
    for (int n = from; n < to; n++) {
      for (int start = 0; start < logits.columns(); start += HeadKernels.SLICE) {
        int count = Math.min(logits.columns() - start, HeadKernels.SLICE);
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
          float z = logits.get(n, start + i) * inverse;
          max = z > max ? z : max;
        }
        max += 0f;
        long row = logits.address(n) + 4L * start;
        int at = 3 * (slice + start / HeadKernels.SLICE);
        statistics.set(n, at, max);
        statistics.set(n, at + 1, ScalarSums.exponentials(row, inverse, max, count));
        statistics.set(n, at + 2, ScalarSums.weightedExponentials(row, inverse, max, count));
      }
    }
  }

  /** {@code lse = M + log S}, {@code entropy = log S − Σ e^(z−M)(z−M) / S} over all slices. */
  @Override
  public void combineStatistics(
      Matrix statistics,
      int slices,
      NativeFloats logSumExp,
      NativeFloats entropy,
      int from,
      int to) {
    for (int n = from; n < to; n++) {
      float max = Float.NEGATIVE_INFINITY;
      for (int s = 0; s < slices; s++) {
        max = Math.max(max, statistics.get(n, 3 * s));
      }
      double sum = 0;
      double weighted = 0;
      for (int s = 0; s < slices; s++) {
        double shift = (double) statistics.get(n, 3 * s) - max;
        double factor = StrictMath.exp(shift);
        sum += factor * statistics.get(n, 3 * s + 1);
        weighted += factor * (statistics.get(n, 3 * s + 2) + shift * statistics.get(n, 3 * s + 1));
      }
      logSumExp.set(n, (float) (max + StrictMath.log(sum)));
      entropy.set(n, (float) (StrictMath.log(sum) - weighted / sum));
    }
  }

  @Override
  public void logitsGradient(Matrix logits, int column, LogitsGradient gradient, int from, int to) {
    float inverse = 1 / gradient.temperature();
    int[] labels = gradient.labels();
    float[] dLogProb = gradient.dLogProb();
    float[] dEntropy = gradient.dEntropy();
    NativeFloats logSumExp = gradient.logSumExp();
    NativeFloats entropy = gradient.entropy();
    for (int n = from; n < to; n++) {
      float dEnt = dEntropy == null ? 0 : dEntropy[n];
      float slope = -dEnt * inverse;
      float start = -(dLogProb[n] + dEnt * entropy.get(n)) * inverse;
      for (int c = 0; c < logits.columns(); c++) {
        float logP = logits.get(n, c) * inverse - logSumExp.get(n);
        float dz = ScalarMath.exp(logP) * Math.fma(logP, slope, start);
        logits.set(n, c, column + c == labels[n] ? dz + dLogProb[n] * inverse : dz);
      }
    }
  }

  @Override
  public int sample(
      NativeFloats logits, float temperature, NativeFloats statistics, double uniform) {
    int slices = HeadKernels.slices((int) logits.length());
    float max = Float.NEGATIVE_INFINITY;
    for (int s = 0; s < slices; s++) {
      max = Math.max(max, statistics.get(3L * s));
    }
    double total = 0;
    for (int s = 0; s < slices; s++) {
      total += StrictMath.exp((double) statistics.get(3L * s) - max) * statistics.get(3L * s + 1);
    }
    double left = uniform * total;
    int slice = 0;
    for (; slice < slices - 1; slice++) {
      double mass =
          StrictMath.exp((double) statistics.get(3L * slice) - max)
              * statistics.get(3L * slice + 1);
      if (left < mass) {
        break;
      }
      left -= mass;
    }
    int last = slice * HeadKernels.SLICE;
    for (int i = last; i < Math.min(logits.length(), (slice + 1L) * HeadKernels.SLICE); i++) {
      double p = StrictMath.exp((double) (logits.get(i) / temperature) - max);
      if (p > 0) {
        last = i;
      }
      left -= p;
      if (left < 0) {
        break;
      }
    }
    return last;
  }

  @Override
  public int argMax(NativeFloats logits) {
    int best = 0;
    for (int i = 1; i < logits.length(); i++) {
      if (logits.get(i) > logits.get(best)) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void scalarHead(
      Matrix x,
      int[] rows,
      NativeFloats weight,
      @Nullable NativeFloats bias,
      NativeFloats values,
      int from,
      int to) {
    for (int n = from; n < to; n++) {
      double sum = bias == null ? 0 : bias.get(0);
      for (int c = 0; c < weight.length(); c++) {
        sum += (double) x.get(rows[n], c) * weight.get(c);
      }
      values.set(n, (float) sum);
    }
  }

  @Override
  public void scalarHeadGradient(ScalarGradient gradient, int from, int to) {
    Matrix x = gradient.x();
    Matrix dx = gradient.dx();
    int[] rows = gradient.rows();
    float[] dValues = gradient.dValues();
    NativeFloats weight = gradient.weight();
    NativeFloats dWeight = gradient.dWeight();
    NativeFloats dBias = gradient.dBias();
    for (int n = 0; n < gradient.count(); n++) {
      for (int c = from; c < to; c++) {
        dx.add(rows[n], c, dValues[n] * weight.get(c));
        dWeight.set(c, dWeight.get(c) + dValues[n] * x.get(rows[n], c));
      }
      if (from == 0 && dBias != null) {
        dBias.set(0, dBias.get(0) + dValues[n]);
      }
    }
  }
}
