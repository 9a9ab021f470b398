package org.align4j.core.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static org.align4j.core.kernel.SumTree.WAYS;
import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.all;
import static org.align4j.core.kernel.vector.lanes.Lanes.bound;
import static org.align4j.core.kernel.vector.lanes.Lanes.first;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;
import static org.align4j.core.kernel.vector.lanes.Lanes.zero;
import static org.align4j.core.kernel.vector.lanes.VectorMath.exponent;
import static org.align4j.core.kernel.vector.lanes.VectorMath.exponential;
import static org.align4j.core.kernel.vector.lanes.VectorMath.polynomial;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.SumTree;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarHead;
import org.align4j.core.kernel.vector.lanes.VectorMath;
import org.align4j.core.kernel.vector.lanes.VectorSums;

/** Softmax statistics, gradient and draws over the vocabulary, lanes along a row of logits. */
final class VectorHead extends ScalarHead {

  /** Bytes from the partial sums of exponentials to those of the weighted ones. */
  private static final long WEIGHTED = 4L * WAYS;

  @Override
  public void sliceStatistics(
      Matrix logits,
      float temperature,
      Matrix statistics,
      int slice,
      int from,
      int to,
      Scratch scratch) {
    long work = scratch.address(2L * WAYS);
    float inverse = 1 / temperature;
    for (int n = from; n < to; n++) {
      for (int start = 0; start < logits.columns(); start += HeadKernels.SLICE) {
        int count = Math.min(logits.columns() - start, HeadKernels.SLICE);
        long row = logits.address(n) + 4L * start;
        long target = statistics.address(n) + 12L * (slice + start / HeadKernels.SLICE);
        float max = max(row, inverse, count);
        for (int i = 0; i < WAYS; i += COUNT) {
          exponentials(row, inverse, max, i, count, work + 4L * i);
        }
        Memory.set(target, max);
        Memory.set(target + 4, VectorSums.fold(work));
        Memory.set(target + 8, VectorSums.fold(work + WEIGHTED));
      }
    }
  }

  /**
   * {@code Σ e^z, Σ z·e^z}, {@code z = logit/T − max}, of every sixteenth element from those of one
   * vector on, by lane; folded elsewhere, since with the folds this would be too large to be
   * compiled without boxes.
   */
  private static void exponentials(
      long logits, float inverse, float max, int first, int count, long work) {
    FloatVector factor = all(inverse);
    FloatVector shift = all(max);
    FloatVector sum = zero();
    FloatVector weighted = zero();
    int bound = SumTree.bound(count);
    for (int i = first; i < bound; i += WAYS) {
      FloatVector z = load(logits + 4L * i).mul(factor).sub(shift);
      FloatVector t = exponent(z);
      FloatVector e = exponential(z, t, polynomial(z, t));
      sum = e.add(sum);
      weighted = e.fma(z, weighted);
    }
    store(sum, work);
    store(weighted, work + WEIGHTED);
    int left = count - bound - first;
    if (left > 0) {
      long at = logits + 4L * (bound + first);
      exponentialsTail(at, inverse, max, first(Math.min(left, COUNT)), work);
    }
  }

  private static void exponentialsTail(
      long logits, float inverse, float max, VectorMask<Float> mask, long work) {
    FloatVector z = load(logits, mask).mul(inverse).sub(max);
    FloatVector t = exponent(z);
    FloatVector e = VectorMath.ZERO.blend(exponential(z, t, polynomial(z, t)), mask);
    store(load(work).add(e), work);
    store(e.fma(z, load(work + WEIGHTED)), work + WEIGHTED);
  }

  private static float max(long logits, float inverse, int count) {
    FloatVector max = all(Float.NEGATIVE_INFINITY);
    FloatVector factor = all(inverse);
    int bound = bound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector z = load(logits + 4L * i).mul(factor);
      max = z.blend(max, z.compare(GT, max).not());
    }
    float largest = max.reduceLanes(MAX);
    for (int i = bound; i < count; i++) {
      float z = Memory.get(logits + 4L * i) * inverse;
      largest = z > largest ? z : largest;
    }
    // Which zero is met first depends on the lanes: −0 becomes +0.
    return largest + 0f;
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
      long row = logits.address(n);
      gradient(row, inverse, logSumExp.get(n), entropy.get(n), dLogProb[n], dEnt, logits.columns());
      int label = labels[n] - column;
      if (label >= 0 && label < logits.columns()) {
        Memory.set(row + 4L * label, Memory.get(row + 4L * label) + dLogProb[n] * inverse);
      }
    }
  }

  /** {@code dz = −p·(dLogProb + dEntropy·(log p + entropy))/T}. */
  private static void gradient(
      long logits,
      float inverse,
      float logSumExp,
      float entropy,
      float dLogProb,
      float dEntropy,
      int count) {
    FloatVector factor = all(inverse);
    FloatVector shift = all(logSumExp);
    FloatVector slope = all(-dEntropy * inverse);
    FloatVector start = all(-(dLogProb + dEntropy * entropy) * inverse);
    int bound = bound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector logP = load(logits + 4L * i).mul(factor).sub(shift);
      FloatVector t = exponent(logP);
      FloatVector p = exponential(logP, t, polynomial(logP, t));
      store(p.mul(logP.fma(slope, start)), logits + 4L * i);
    }
    if (bound < count) {
      gradientTail(logits + 4L * bound, factor, shift, slope, start, first(count - bound));
    }
  }

  private static void gradientTail(
      long logits,
      FloatVector factor,
      FloatVector shift,
      FloatVector slope,
      FloatVector start,
      VectorMask<Float> mask) {
    FloatVector logP = load(logits, mask).mul(factor).sub(shift);
    FloatVector t = exponent(logP);
    FloatVector p = exponential(logP, t, polynomial(logP, t));
    store(p.mul(logP.fma(slope, start)), logits, mask);
  }

  /** First of the largest: vectors find the value, a second look finds the place. */
  @Override
  public int argMax(NativeFloats logits) {
    int count = Math.toIntExact(logits.length());
    float max = max(logits.address(), 1, count);
    for (int i = 0; i < count; i++) {
      if (Memory.get(logits.address() + 4L * i) == max) {
        return i;
      }
    }
    return 0;
  }
}
