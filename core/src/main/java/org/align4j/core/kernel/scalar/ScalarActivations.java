package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.ActivationKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Gelu;

/** SwiGLU and GELU: the operations of {@code VectorActivations} one by one. */
final class ScalarActivations implements ActivationKernels {

  @Override
  public void swiGlu(Matrix gate, Matrix up, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < y.columns(); c++) {
        float g = gate.get(n, c);
        y.set(n, c, g * ScalarMath.sigmoid(g) * up.get(n, c));
      }
    }
  }

  @Override
  public void swiGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < dy.columns(); c++) {
        float g = gate.get(n, c);
        float d = dy.get(n, c);
        float du = up.get(n, c) * d;
        float s = ScalarMath.sigmoid(g);
        dGate.set(n, c, du * s * Math.fma(1 - s, g, 1));
        dUp.set(n, c, d * g * s);
      }
    }
  }

  @Override
  public void gelu(Matrix x, Gelu form, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < y.columns(); c++) {
        float v = x.get(n, c);
        y.set(n, c, form == Gelu.ERF ? ScalarMath.geluErf(v) : ScalarMath.geluTanh(v));
      }
    }
  }

  @Override
  public void geluGradient(
      Matrix x, Gelu form, Matrix dy, Matrix dx, boolean add, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < dx.columns(); c++) {
        float v = x.get(n, c);
        float slope = form == Gelu.ERF ? ScalarMath.geluErfSlope(v) : ScalarMath.geluTanhSlope(v);
        float own = slope * dy.get(n, c);
        dx.set(n, c, add ? own + dx.get(n, c) : own);
      }
    }
  }
}
