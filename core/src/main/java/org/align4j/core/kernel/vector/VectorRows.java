package org.align4j.core.kernel.vector;

import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.all;
import static org.align4j.core.kernel.vector.lanes.Lanes.bound;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.Lanes.store;

import jdk.incubator.vector.FloatVector;
import org.align4j.core.kernel.RowKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.vector.lanes.Lanes;

/** Copies, sums and rotations. A tail does the same operations one by one. */
final class VectorRows implements RowKernels {

  @Override
  public void copy(Matrix x, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      copy(x.address(n), y.address(n), y.columns());
    }
  }

  @Override
  public void add(Matrix a, Matrix b, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      add(a.address(n), b.address(n), y.address(n), y.columns());
    }
  }

  @Override
  public void scale(Matrix x, float factor, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      scale(factor, x.address(n), y.address(n), y.columns());
    }
  }

  @Override
  public void zero(NativeFloats x, long from, long to) {
    zero(x.slice(from, to - from).address(), to - from);
  }

  static void copy(long x, long y, int count) {
    int i = 0;
    for (; i < bound(count); i += COUNT) {
      store(load(x + 4L * i), y + 4L * i);
    }
    for (; i < count; i++) {
      Memory.set(y + 4L * i, Memory.get(x + 4L * i));
    }
  }

  static void zero(long x, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      store(Lanes.zero(), x + 4L * i);
    }
    for (; i < count; i++) {
      Memory.set(x + 4L * i, 0);
    }
  }

  /** {@code y = a + b}; the sum of two floats is the same in a vector and alone. */
  static void add(long a, long b, long y, int count) {
    int i = 0;
    for (; i < bound(count); i += COUNT) {
      store(load(a + 4L * i).add(load(b + 4L * i)), y + 4L * i);
    }
    for (; i < count; i++) {
      Memory.set(y + 4L * i, Memory.get(a + 4L * i) + Memory.get(b + 4L * i));
    }
  }

  @Override
  public void gatherRows(Matrix x, int[] indices, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      x.checkRows(indices[n], indices[n] + 1);
      copy(x.address(indices[n]), y.address(n), y.columns());
    }
  }

  @Override
  public void scatterRows(Matrix x, int[] indices, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      y.checkRows(indices[n], indices[n] + 1);
      copy(x.address(n), y.address(indices[n]), x.columns());
    }
  }

  @Override
  public void scatterAddRows(Matrix x, int[] indices, int rows, Matrix y, int from, int to) {
    for (int n = 0; n < rows; n++) {
      y.checkRows(indices[n], indices[n] + 1);
      long target = y.address(indices[n]) + 4L * from;
      add(target, x.address(n) + 4L * from, target, to - from);
    }
  }

  @Override
  public void biasGradient(Matrix dy, int rows, NativeFloats dBias, int from, int to) {
    for (int n = 0; n < rows; n++) {
      long target = dBias.address() + 4L * from;
      add(target, dy.address(n) + 4L * from, target, to - from);
    }
  }

  /** {@code y += factor · x}, fused. */
  static void axpy(float factor, long x, long y, int count) {
    int i = 0;
    for (; i < bound(count); i += COUNT) {
      store(load(x + 4L * i).fma(all(factor), load(y + 4L * i)), y + 4L * i);
    }
    for (; i < count; i++) {
      Memory.set(y + 4L * i, Math.fma(Memory.get(x + 4L * i), factor, Memory.get(y + 4L * i)));
    }
  }

  static void scale(float factor, long x, int count) {
    scale(factor, x, x, count);
  }

  /** {@code y = factor · x}. */
  private static void scale(float factor, long x, long y, int count) {
    int i = 0;
    for (; i < bound(count); i += COUNT) {
      store(load(x + 4L * i).mul(factor), y + 4L * i);
    }
    for (; i < count; i++) {
      Memory.set(y + 4L * i, Memory.get(x + 4L * i) * factor);
    }
  }

  @Override
  public void rope(
      Matrix x,
      int headDim,
      Matrix cos,
      Matrix sin,
      int[] positions,
      boolean inverse,
      int from,
      int to) {
    int half = cos.columns();
    float sign = inverse ? -1 : 1;
    for (int n = from; n < to; n++) {
      long c = cos.address(positions[n]);
      long s = sin.address(positions[n]);
      for (int head = 0; head < x.columns(); head += headDim) {
        rotate(x.address(n) + 4L * head, c, s, sign, half);
      }
    }
  }

  private static void rotate(long x, long cos, long sin, float sign, int half) {
    long y = x + 4L * half;
    int i = 0;
    for (; i < bound(half); i += COUNT) {
      FloatVector c = load(cos + 4L * i);
      FloatVector s = load(sin + 4L * i).mul(sign);
      FloatVector a = load(x + 4L * i);
      FloatVector b = load(y + 4L * i);
      store(a.mul(c).sub(b.mul(s)), x + 4L * i);
      store(b.mul(c).add(a.mul(s)), y + 4L * i);
    }
    for (; i < half; i++) {
      float c = Memory.get(cos + 4L * i);
      float s = Memory.get(sin + 4L * i) * sign;
      float a = Memory.get(x + 4L * i);
      float b = Memory.get(y + 4L * i);
      Memory.set(x + 4L * i, a * c - b * s);
      Memory.set(y + 4L * i, b * c + a * s);
    }
  }
}
