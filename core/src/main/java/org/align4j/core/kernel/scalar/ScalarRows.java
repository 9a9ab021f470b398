package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.RowKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;

/** Copies, sums and rotations of rows. */
final class ScalarRows implements RowKernels {

  @Override
  public void gatherRows(Matrix x, int[] indices, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < y.columns(); c++) {
        y.set(n, c, x.get(indices[n], c));
      }
    }
  }

  @Override
  public void scatterRows(Matrix x, int[] indices, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < x.columns(); c++) {
        y.set(indices[n], c, x.get(n, c));
      }
    }
  }

  @Override
  public void scatterAddRows(Matrix x, int[] indices, int rows, Matrix y, int from, int to) {
    for (int n = 0; n < rows; n++) {
      for (int c = from; c < to; c++) {
        y.add(indices[n], c, x.get(n, c));
      }
    }
  }

  @Override
  public void add(Matrix a, Matrix b, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < y.columns(); c++) {
        y.set(n, c, a.get(n, c) + b.get(n, c));
      }
    }
  }

  @Override
  public void scale(Matrix x, float factor, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < y.columns(); c++) {
        y.set(n, c, x.get(n, c) * factor);
      }
    }
  }

  @Override
  public void copy(Matrix x, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < y.columns(); c++) {
        y.set(n, c, x.get(n, c));
      }
    }
  }

  @Override
  public void biasGradient(Matrix dy, int rows, NativeFloats dBias, int from, int to) {
    for (int c = from; c < to; c++) {
      float sum = dBias.get(c);
      for (int n = 0; n < rows; n++) {
        sum += dy.get(n, c);
      }
      dBias.set(c, sum);
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
    for (int n = from; n < to; n++) {
      for (int head = 0; head < x.columns(); head += headDim) {
        for (int i = 0; i < half; i++) {
          float c = cos.get(positions[n], i);
          float s = inverse ? -sin.get(positions[n], i) : sin.get(positions[n], i);
          float a = x.get(n, head + i);
          float b = x.get(n, head + half + i);
          x.set(n, head + i, a * c - b * s);
          x.set(n, head + half + i, b * c + a * s);
        }
      }
    }
  }

  @Override
  public void zero(NativeFloats x, long from, long to) {
    for (long i = from; i < to; i++) {
      x.set(i, 0);
    }
  }
}
