package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Gelu;

/** SwiGLU and GELU by their definitions. */
final class PlainActivations {

  private PlainActivations() {}

  static void swiGlu(Matrix gate, Matrix up, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < y.columns(); c++) {
        float g = gate.get(n, c);
        y.set(n, c, (float) (g * PlainMath.sigmoid(g) * up.get(n, c)));
      }
    }
  }

  static void swiGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < dy.columns(); c++) {
        float g = gate.get(n, c);
        float u = up.get(n, c);
        float d = dy.get(n, c);
        double s = PlainMath.sigmoid(g);
        dGate.set(n, c, (float) (d * u * s * (1 + g * (1 - s))));
        dUp.set(n, c, (float) (d * g * s));
      }
    }
  }

  static void gelu(Matrix x, Gelu form, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < y.columns(); c++) {
        float a = x.get(n, c);
        y.set(n, c, (float) (form == Gelu.ERF ? PlainMath.geluErf(a) : PlainMath.geluTanh(a)));
      }
    }
  }

  static void geluGradient(
      Matrix x, Gelu form, Matrix dy, Matrix dx, boolean add, int from, int to) {
    for (int n = from; n < to; n++) {
      for (int c = 0; c < dx.columns(); c++) {
        float a = x.get(n, c);
        double slope =
            form == Gelu.ERF ? PlainMath.geluErfDerivative(a) : PlainMath.geluTanhDerivative(a);
        dx.set(n, c, (float) (dy.get(n, c) * slope) + (add ? dx.get(n, c) : 0));
      }
    }
  }
}
