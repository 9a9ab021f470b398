package org.align4j.core.kernel.vector;

import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.all;
import static org.align4j.core.kernel.vector.lanes.Lanes.bound;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;

import org.align4j.core.kernel.SumTree;
import org.align4j.core.kernel.scalar.ScalarOptimiser;
import org.align4j.core.kernel.vector.lanes.VectorSums;
import jdk.incubator.vector.FloatVector;

/** Passes over all parameters; tails go to {@link ScalarOptimiser}. */
public final class VectorOptimiser {

  private VectorOptimiser() {}

  static double sumOfSquares(long x, int count) {
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

  static void adamW(
      long parameter,
      long gradient,
      long m,
      long v,
      float scale,
      float rate,
      float beta1,
      float own1,
      float beta2,
      float own2,
      float eps,
      float kept,
      float inverse1,
      float inverse2,
      int count) {
    for (int i = 0; i < bound(count); i += COUNT) {
      FloatVector g = load(gradient + 4L * i).mul(scale);
      FloatVector first = g.fma(all(own1), load(m + 4L * i).mul(beta1));
      FloatVector second = g.mul(g).fma(all(own2), load(v + 4L * i).mul(beta2));
      store(first, m + 4L * i);
      store(second, v + 4L * i);
      FloatVector direction = first.mul(inverse1).div(second.mul(inverse2).sqrt().add(eps));
      FloatVector value = load(parameter + 4L * i).mul(kept);
      store(direction.fma(all(-rate), value), parameter + 4L * i);
    }
    ScalarOptimiser.adamW(
        parameter,
        gradient,
        m,
        v,
        scale,
        rate,
        beta1,
        own1,
        beta2,
        own2,
        eps,
        kept,
        inverse1,
        inverse2,
        bound(count),
        count);
  }
}
