package org.align4j.core.kernel.vector;

import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.all;
import static org.align4j.core.kernel.vector.lanes.Lanes.bound;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.kernel.OptimiserKernels;
import org.align4j.core.kernel.SumTree;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarOptimiser;
import org.align4j.core.kernel.vector.lanes.VectorSums;

/** Passes over all parameters; tails go to {@link ScalarOptimiser}. */
final class VectorOptimiser implements OptimiserKernels {

  @Override
  public void sumOfSquares(NativeFloats x, double[] partials, int from, int to) {
    for (int tile = from; tile < to; tile++) {
      long start = (long) tile * SUM_TILE;
      int count = (int) Math.min(SUM_TILE, x.length() - start);
      partials[tile] = sumOfSquares(x.address() + 4L * start, count);
    }
  }

  private static double sumOfSquares(long x, int count) {
    double total = 0;
    for (int start = 0; start < count; start += ScalarOptimiser.CHUNK) {
      int length = Math.min(count - start, ScalarOptimiser.CHUNK);
      int bound = SumTree.bound(length);
      float sum = VectorSums.squares(x + 4L * start, bound);
      if (bound < length) {
        sum += ScalarOptimiser.squares(x, start + bound, start + length);
      }
      total += sum;
    }
    return total;
  }

  @Override
  public void adamW(Moments moments, AdamWStep step, long from, long to) {
    long parameter = moments.parameter().slice(from, to - from).address();
    long gradient = moments.gradient().slice(from, to - from).address();
    long m = moments.m().slice(from, to - from).address();
    long v = moments.v().slice(from, to - from).address();
    int count = Math.toIntExact(to - from);
    update(parameter, gradient, m, v, step, bound(count));
    ScalarOptimiser.adamW(parameter, gradient, m, v, step, bound(count), count);
  }

  private static void update(
      long parameter, long gradient, long m, long v, AdamWStep step, int bound) {
    float scale = step.gradientScale();
    float rate = (float) step.learningRate();
    float beta1 = (float) step.beta1();
    float own1 = (float) (1 - step.beta1());
    float beta2 = (float) step.beta2();
    float own2 = (float) (1 - step.beta2());
    float eps = (float) step.eps();
    float kept = step.kept();
    float inverse1 = step.correction1();
    float inverse2 = step.correction2();
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector g = load(gradient + 4L * i).mul(scale);
      FloatVector first = g.fma(all(own1), load(m + 4L * i).mul(beta1));
      FloatVector second = g.mul(g).fma(all(own2), load(v + 4L * i).mul(beta2));
      store(first, m + 4L * i);
      store(second, v + 4L * i);
      FloatVector direction = first.mul(inverse1).div(second.mul(inverse2).sqrt().add(eps));
      FloatVector value = load(parameter + 4L * i).mul(kept);
      store(direction.fma(all(-rate), value), parameter + 4L * i);
    }
  }
}
