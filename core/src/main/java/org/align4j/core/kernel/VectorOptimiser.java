package org.align4j.core.kernel;

import static org.align4j.core.kernel.Lanes.COUNT;
import static org.align4j.core.kernel.Lanes.all;
import static org.align4j.core.kernel.Lanes.bound;
import static org.align4j.core.kernel.Lanes.load;
import static org.align4j.core.kernel.Lanes.store;
import static org.align4j.core.kernel.Lanes.sum;
import static org.align4j.core.kernel.Lanes.zero;

import jdk.incubator.vector.FloatVector;

/** Passes over all parameters. Tails do the same operations one by one. */
final class VectorOptimiser {

  /** Squares added in float before the sum goes on in double. */
  private static final int CHUNK = 64 * COUNT;

  private VectorOptimiser() {}

  static double sumOfSquares(long x, int count) {
    double total = 0;
    for (int start = 0; start < count; start += CHUNK) {
      total += squares(x + 4L * start, Math.min(CHUNK, count - start));
    }
    return total;
  }

  private static float squares(long x, int count) {
    FloatVector a = zero();
    for (int i = 0; i < bound(count); i += COUNT) {
      FloatVector v = load(x + 4L * i);
      a = v.fma(v, a);
    }
    float tail = 0;
    for (int i = bound(count); i < count; i++) {
      float v = Memory.get(x + 4L * i);
      tail = Math.fma(v, v, tail);
    }
    return sum(a) + tail;
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
    for (int i = bound(count); i < count; i++) {
      float g = Memory.get(gradient + 4L * i) * scale;
      float first = Math.fma(g, own1, Memory.get(m + 4L * i) * beta1);
      float second = Math.fma(g * g, own2, Memory.get(v + 4L * i) * beta2);
      Memory.set(m + 4L * i, first);
      Memory.set(v + 4L * i, second);
      float direction = first * inverse1 / ((float) Math.sqrt(second * inverse2) + eps);
      float value = Memory.get(parameter + 4L * i) * kept;
      Memory.set(parameter + 4L * i, Math.fma(direction, -rate, value));
    }
  }
}
