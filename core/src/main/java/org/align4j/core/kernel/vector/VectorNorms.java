package org.align4j.core.kernel.vector;

import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.all;
import static org.align4j.core.kernel.vector.lanes.Lanes.bound;
import static org.align4j.core.kernel.vector.lanes.Lanes.first;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;
import static org.align4j.core.kernel.vector.lanes.VectorSums.dot;
import static org.align4j.core.kernel.vector.lanes.VectorSums.squares;
import static org.align4j.core.kernel.vector.lanes.VectorSums.total;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.align4j.core.kernel.NormKernels;
import org.align4j.core.kernel.SumTree;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.scalar.ScalarNorms;

/** Norms and their gradients, sums over a row in the order of {@link SumTree}. */
final class VectorNorms implements NormKernels {

  @Override
  public void rmsNorm(Matrix x, NativeFloats weight, float eps, Matrix y, int from, int to) {
    int d = (int) weight.length();
    for (int n = from; n < to; n++) {
      for (int c = 0; c < x.columns(); c += d) {
        long in = x.address(n) + 4L * c;
        float r = ScalarNorms.inverse(squares(in, 0, d), d, eps);
        scaled(in, 0, r, weight.address(), y.address(n) + 4L * c, d);
      }
    }
  }

  /** {@code y = (x − shift)·r·w}. */
  private static void scaled(long x, float shift, float r, long w, long y, int d) {
    for (int i = 0; i < bound(d); i += COUNT) {
      store(load(x + 4L * i).sub(shift).mul(r).mul(load(w + 4L * i)), y + 4L * i);
    }
    int left = d - bound(d);
    if (left > 0) {
      VectorMask<Float> mask = first(left);
      long at = 4L * bound(d);
      store(load(x + at, mask).sub(shift).mul(r).mul(load(w + at, mask)), y + at, mask);
    }
  }

  @Override
  public void rmsNormGradient(Gradient gradient, int from, int to) {
    Matrix x = gradient.x();
    Matrix dy = gradient.dy();
    Matrix dx = gradient.dx();
    NativeFloats weight = gradient.weight();
    float eps = gradient.eps();
    boolean add = gradient.add();
    NativeFloats statistics = gradient.statistics();
    int d = (int) weight.length();
    int blocks = x.columns() / d;
    for (int n = from; n < to; n++) {
      for (int b = 0; b < blocks; b++) {
        long in = x.address(n) + 4L * b * d;
        long g = dy.address(n) + 4L * b * d;
        float r = ScalarNorms.inverse(squares(in, 0, d), d, eps);
        float dot = dot(weight.address(), g, in, 0, d);
        float back = -r * r * r / d * dot;
        combine(weight.address(), g, in, 0, r, back, 0, dx.address(n) + 4L * b * d, add, d);
        statistics.set((long) n * blocks + b, r);
      }
    }
  }

  /** {@code dx (+)= r·w·dy + back·(x − shift) + constant}. */
  private static void combine(
      long w,
      long dy,
      long x,
      float shift,
      float r,
      float back,
      float constant,
      long dx,
      boolean add,
      int d) {
    int bound = bound(d);
    float start = constant - back * shift;
    if (add) {
      combineInto(w, dy, x, r, back, start, dx, bound);
    } else {
      combineOver(w, dy, x, r, back, start, dx, bound);
    }
    for (int i = bound; i < d; i++) {
      float slope = Memory.get(w + 4L * i) * Memory.get(dy + 4L * i);
      float value = Math.fma(Memory.get(x + 4L * i), back, start);
      value = Math.fma(slope, r, value);
      Memory.set(dx + 4L * i, add ? value + Memory.get(dx + 4L * i) : value);
    }
  }

  private static void combineOver(
      long w, long dy, long x, float r, float back, float start, long dx, int bound) {
    FloatVector factor = all(r);
    FloatVector slope = all(back);
    FloatVector constant = all(start);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector rest = load(x + 4L * i).fma(slope, constant);
      store(load(w + 4L * i).mul(load(dy + 4L * i)).fma(factor, rest), dx + 4L * i);
    }
  }

  private static void combineInto(
      long w, long dy, long x, float r, float back, float start, long dx, int bound) {
    FloatVector factor = all(r);
    FloatVector slope = all(back);
    FloatVector constant = all(start);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector rest = load(x + 4L * i).fma(slope, constant);
      FloatVector value = load(w + 4L * i).mul(load(dy + 4L * i)).fma(factor, rest);
      store(value.add(load(dx + 4L * i)), dx + 4L * i);
    }
  }

  @Override
  public void rmsNormWeightGradient(
      Gradient gradient, int rows, NativeFloats dWeight, int from, int to) {
    Matrix x = gradient.x();
    Matrix dy = gradient.dy();
    NativeFloats statistics = gradient.statistics();
    int d = (int) dWeight.length();
    int blocks = x.columns() / d;
    for (int n = 0; n < rows; n++) {
      for (int b = 0; b < blocks; b++) {
        long at = 4L * (b * d + from);
        normalSum(
            x.address(n) + at,
            dy.address(n) + at,
            0,
            statistics.get((long) n * blocks + b),
            dWeight.address() + 4L * from,
            to - from);
      }
    }
  }

  /** {@code sum += dy · ((x − shift)·r)}. */
  private static void normalSum(long x, long dy, float shift, float r, long sum, int d) {
    for (int i = 0; i < bound(d); i += COUNT) {
      FloatVector normal = load(x + 4L * i).sub(shift).mul(r);
      store(load(dy + 4L * i).fma(normal, load(sum + 4L * i)), sum + 4L * i);
    }
    for (int i = bound(d); i < d; i++) {
      float normal = (Memory.get(x + 4L * i) - shift) * r;
      Memory.set(sum + 4L * i, Math.fma(Memory.get(dy + 4L * i), normal, Memory.get(sum + 4L * i)));
    }
  }

  @Override
  public void layerNorm(
      Matrix x, NativeFloats weight, NativeFloats bias, float eps, Matrix y, int from, int to) {
    int d = x.columns();
    for (int n = from; n < to; n++) {
      float mean = total(x.address(n), d) / d;
      float r = ScalarNorms.inverse(squares(x.address(n), mean, d), d, eps);
      scaled(x.address(n), mean, r, weight.address(), y.address(n), d);
      VectorRows.add(y.address(n), bias.address(), y.address(n), d);
    }
  }

  @Override
  public void layerNormGradient(Gradient gradient, int from, int to) {
    Matrix x = gradient.x();
    Matrix dy = gradient.dy();
    Matrix dx = gradient.dx();
    NativeFloats weight = gradient.weight();
    float eps = gradient.eps();
    boolean add = gradient.add();
    NativeFloats statistics = gradient.statistics();
    int d = x.columns();
    for (int n = from; n < to; n++) {
      float mean = total(x.address(n), d) / d;
      float r = ScalarNorms.inverse(squares(x.address(n), mean, d), d, eps);
      float sum = dot(weight.address(), dy.address(n), d);
      float dot = dot(weight.address(), dy.address(n), x.address(n), mean, d);
      float back = -r * r * r / d * dot;
      combine(
          weight.address(),
          dy.address(n),
          x.address(n),
          mean,
          r,
          back,
          -r * sum / d,
          dx.address(n),
          add,
          d);
      statistics.set(2L * n, mean);
      statistics.set(2L * n + 1, r);
    }
  }

  @Override
  public void layerNormWeightGradient(
      Gradient gradient, int rows, NativeFloats dWeight, NativeFloats dBias, int from, int to) {
    Matrix x = gradient.x();
    Matrix dy = gradient.dy();
    NativeFloats statistics = gradient.statistics();
    for (int n = 0; n < rows; n++) {
      long at = 4L * from;
      normalSum(
          x.address(n) + at,
          dy.address(n) + at,
          statistics.get(2L * n),
          statistics.get(2L * n + 1),
          dWeight.address() + at,
          to - from);
      VectorRows.add(dBias.address() + at, dy.address(n) + at, dBias.address() + at, to - from);
    }
  }
}
