package org.align4j.core.kernel.vector;

import static org.align4j.core.kernel.memory.Memory.ALL;
import static org.align4j.core.kernel.vector.lanes.Lanes.COUNT;
import static org.align4j.core.kernel.vector.lanes.Lanes.ORDER;
import static org.align4j.core.kernel.vector.lanes.Lanes.SPECIES;
import static org.align4j.core.kernel.vector.lanes.Lanes.bound;
import static org.align4j.core.kernel.vector.lanes.Lanes.first;
import static org.align4j.core.kernel.vector.lanes.Lanes.load;
import static org.align4j.core.kernel.vector.lanes.VectorMath.HALF;
import static org.align4j.core.kernel.vector.lanes.VectorMath.ONE;
import static org.align4j.core.kernel.vector.lanes.VectorMath.bellArgument;
import static org.align4j.core.kernel.vector.lanes.VectorMath.exponent;
import static org.align4j.core.kernel.vector.lanes.VectorMath.exponential;
import static org.align4j.core.kernel.vector.lanes.VectorMath.gatedSlope;
import static org.align4j.core.kernel.vector.lanes.VectorMath.geluErfSlope;
import static org.align4j.core.kernel.vector.lanes.VectorMath.geluTanhSlope;
import static org.align4j.core.kernel.vector.lanes.VectorMath.minusTwice;
import static org.align4j.core.kernel.vector.lanes.VectorMath.normal;
import static org.align4j.core.kernel.vector.lanes.VectorMath.polynomial;
import static org.align4j.core.kernel.vector.lanes.VectorMath.sigmoid;
import static org.align4j.core.kernel.vector.lanes.VectorMath.tanh;
import static org.align4j.core.kernel.vector.lanes.VectorMath.tanhArgument;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.align4j.core.kernel.ActivationKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Gelu;

/**
 * Activations of one row. Tails are masked: the same operations in the lanes there are.
 *
 * <p>Operands are loaded before the exponential, and results are stored by the Vector API itself:
 * beyond 18,000 nodes the compiler inlines no method of our own, and what is handed to one is
 * boxed.
 */
final class VectorActivations implements ActivationKernels {

  @Override
  public void swiGlu(Matrix gate, Matrix up, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      swiGlu(gate.address(n), up.address(n), y.address(n), y.columns());
    }
  }

  @Override
  public void swiGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to) {
    for (int n = from; n < to; n++) {
      swiGluGradient(
          gate.address(n),
          up.address(n),
          dy.address(n),
          dGate.address(n),
          dUp.address(n),
          dy.columns());
    }
  }

  @Override
  public void geGlu(Matrix gate, Matrix up, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      geGlu(gate.address(n), up.address(n), y.address(n), y.columns());
    }
  }

  @Override
  public void geGluGradient(
      Matrix gate, Matrix up, Matrix dy, Matrix dGate, Matrix dUp, int from, int to) {
    for (int n = from; n < to; n++) {
      geGluGradient(
          gate.address(n),
          up.address(n),
          dy.address(n),
          dGate.address(n),
          dUp.address(n),
          dy.columns());
    }
  }

  @Override
  public void gelu(Matrix x, Gelu form, Matrix y, int from, int to) {
    for (int n = from; n < to; n++) {
      gelu(x.address(n), form, y.address(n), y.columns());
    }
  }

  @Override
  public void geluGradient(
      Matrix x, Gelu form, Matrix dy, Matrix dx, boolean add, int from, int to) {
    for (int n = from; n < to; n++) {
      geluGradient(x.address(n), form, dy.address(n), dx.address(n), add, dx.columns());
    }
  }

  private static void swiGlu(long gate, long up, long y, int count) {
    int bound = bound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector g = load(gate + 4L * i);
      FloatVector v = load(up + 4L * i);
      FloatVector x = g.abs().neg();
      FloatVector t = exponent(x);
      FloatVector s = sigmoid(g, exponential(x, t, polynomial(x, t)));
      g.mul(s).mul(v).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    if (bound < count) {
      swiGluTail(gate + 4L * bound, up + 4L * bound, y + 4L * bound, first(count - bound));
    }
  }

  private static void swiGluTail(long gate, long up, long y, VectorMask<Float> mask) {
    FloatVector g = load(gate, mask);
    FloatVector x = g.abs().neg();
    FloatVector t = exponent(x);
    FloatVector s = sigmoid(g, exponential(x, t, polynomial(x, t)));
    g.mul(s).mul(load(up, mask)).intoMemorySegment(ALL, y, ORDER, mask);
  }

  private static void swiGluGradient(long gate, long up, long dy, long dGate, long dUp, int count) {
    int bound = bound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector g = load(gate + 4L * i);
      FloatVector d = load(dy + 4L * i);
      FloatVector du = load(up + 4L * i).mul(d);
      FloatVector x = g.abs().neg();
      FloatVector t = exponent(x);
      FloatVector s = sigmoid(g, exponential(x, t, polynomial(x, t)));
      du.mul(s).mul(siluSlope(g, s)).intoMemorySegment(ALL, dGate + 4L * i, ORDER);
      d.mul(g).mul(s).intoMemorySegment(ALL, dUp + 4L * i, ORDER);
    }
    if (bound < count) {
      long at = 4L * bound;
      swiGluGradientTail(gate + at, up + at, dy + at, dGate + at, dUp + at, first(count - bound));
    }
  }

  private static void swiGluGradientTail(
      long gate, long up, long dy, long dGate, long dUp, VectorMask<Float> mask) {
    FloatVector g = load(gate, mask);
    FloatVector d = load(dy, mask);
    FloatVector du = load(up, mask).mul(d);
    FloatVector x = g.abs().neg();
    FloatVector t = exponent(x);
    FloatVector s = sigmoid(g, exponential(x, t, polynomial(x, t)));
    du.mul(s).mul(siluSlope(g, s)).intoMemorySegment(ALL, dGate, ORDER, mask);
    d.mul(g).mul(s).intoMemorySegment(ALL, dUp, ORDER, mask);
  }

  /** {@code 1 + g(1 − s)}. */
  private static FloatVector siluSlope(FloatVector g, FloatVector s) {
    return ONE.sub(s).fma(g, ONE);
  }

  private static void geGlu(long gate, long up, long y, int count) {
    int bound = bound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector g = load(gate + 4L * i);
      FloatVector v = load(up + 4L * i);
      FloatVector u = tanhArgument(g);
      FloatVector z = minusTwice(u);
      FloatVector t = exponent(z);
      FloatVector s = sigmoid(u, exponential(z, t, polynomial(z, t)));
      g.mul(s).mul(v).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    if (bound < count) {
      geGluTail(gate + 4L * bound, up + 4L * bound, y + 4L * bound, first(count - bound));
    }
  }

  private static void geGluTail(long gate, long up, long y, VectorMask<Float> mask) {
    FloatVector g = load(gate, mask);
    FloatVector u = tanhArgument(g);
    FloatVector z = minusTwice(u);
    FloatVector t = exponent(z);
    FloatVector s = sigmoid(u, exponential(z, t, polynomial(z, t)));
    g.mul(s).mul(load(up, mask)).intoMemorySegment(ALL, y, ORDER, mask);
  }

  private static void geGluGradient(long gate, long up, long dy, long dGate, long dUp, int count) {
    int bound = bound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector g = load(gate + 4L * i);
      FloatVector d = load(dy + 4L * i);
      FloatVector du = load(up + 4L * i).mul(d);
      FloatVector u = tanhArgument(g);
      FloatVector z = minusTwice(u);
      FloatVector t = exponent(z);
      FloatVector s = sigmoid(u, exponential(z, t, polynomial(z, t)));
      gatedSlope(g, s).mul(du).intoMemorySegment(ALL, dGate + 4L * i, ORDER);
      g.mul(s).mul(d).intoMemorySegment(ALL, dUp + 4L * i, ORDER);
    }
    if (bound < count) {
      long at = 4L * bound;
      geGluGradientTail(gate + at, up + at, dy + at, dGate + at, dUp + at, first(count - bound));
    }
  }

  private static void geGluGradientTail(
      long gate, long up, long dy, long dGate, long dUp, VectorMask<Float> mask) {
    FloatVector g = load(gate, mask);
    FloatVector d = load(dy, mask);
    FloatVector du = load(up, mask).mul(d);
    FloatVector u = tanhArgument(g);
    FloatVector z = minusTwice(u);
    FloatVector t = exponent(z);
    FloatVector s = sigmoid(u, exponential(z, t, polynomial(z, t)));
    gatedSlope(g, s).mul(du).intoMemorySegment(ALL, dGate, ORDER, mask);
    g.mul(s).mul(d).intoMemorySegment(ALL, dUp, ORDER, mask);
  }

  private static void gelu(long x, Gelu form, long y, int count) {
    int bound = bound(count);
    if (form == Gelu.ERF) {
      geluErf(x, y, bound);
    } else {
      geluTanh(x, y, bound);
    }
    if (bound < count) {
      geluTail(x + 4L * bound, form, y + 4L * bound, first(count - bound));
    }
  }

  private static void geluErf(long x, long y, int bound) {
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector v = load(x + 4L * i);
      FloatVector z = bellArgument(v);
      FloatVector t = exponent(z);
      normal(v, exponential(z, t, polynomial(z, t)))
          .mul(v)
          .intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void geluTanh(long x, long y, int bound) {
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector v = load(x + 4L * i);
      FloatVector u = tanhArgument(v);
      FloatVector z = minusTwice(u);
      FloatVector t = exponent(z);
      FloatVector tanh = tanh(u, exponential(z, t, polynomial(z, t)));
      tanh.add(ONE).mul(v).mul(HALF).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void geluTail(long x, Gelu form, long y, VectorMask<Float> mask) {
    FloatVector v = load(x, mask);
    FloatVector u = form == Gelu.ERF ? v : tanhArgument(v);
    FloatVector z = form == Gelu.ERF ? bellArgument(v) : minusTwice(u);
    FloatVector t = exponent(z);
    FloatVector e = exponential(z, t, polynomial(z, t));
    FloatVector own = form == Gelu.ERF ? normal(v, e).mul(v) : tanh(u, e).add(ONE).mul(v).mul(HALF);
    own.intoMemorySegment(ALL, y, ORDER, mask);
  }

  private static void geluGradient(long x, Gelu form, long dy, long dx, boolean add, int count) {
    int bound = bound(count);
    if (form == Gelu.ERF) {
      geluErfGradient(x, dy, dx, add, bound);
    } else {
      geluTanhGradient(x, dy, dx, add, bound);
    }
    if (bound < count) {
      long at = 4L * bound;
      geluGradientTail(x + at, form, dy + at, dx + at, add, first(count - bound));
    }
  }

  private static void geluErfGradient(long x, long dy, long dx, boolean add, int bound) {
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector v = load(x + 4L * i);
      FloatVector d = load(dy + 4L * i);
      FloatVector z = bellArgument(v);
      FloatVector t = exponent(z);
      FloatVector own = geluErfSlope(v, exponential(z, t, polynomial(z, t))).mul(d);
      if (add) {
        own.add(FloatVector.fromMemorySegment(SPECIES, ALL, dx + 4L * i, ORDER))
            .intoMemorySegment(ALL, dx + 4L * i, ORDER);
      } else {
        own.intoMemorySegment(ALL, dx + 4L * i, ORDER);
      }
    }
  }

  private static void geluTanhGradient(long x, long dy, long dx, boolean add, int bound) {
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector v = load(x + 4L * i);
      FloatVector d = load(dy + 4L * i);
      FloatVector u = tanhArgument(v);
      FloatVector z = minusTwice(u);
      FloatVector t = exponent(z);
      FloatVector tanh = tanh(u, exponential(z, t, polynomial(z, t)));
      FloatVector own = geluTanhSlope(v, tanh).mul(d);
      if (add) {
        own.add(FloatVector.fromMemorySegment(SPECIES, ALL, dx + 4L * i, ORDER))
            .intoMemorySegment(ALL, dx + 4L * i, ORDER);
      } else {
        own.intoMemorySegment(ALL, dx + 4L * i, ORDER);
      }
    }
  }

  private static void geluGradientTail(
      long x, Gelu form, long dy, long dx, boolean add, VectorMask<Float> mask) {
    FloatVector v = load(x, mask);
    FloatVector u = form == Gelu.ERF ? v : tanhArgument(v);
    FloatVector z = form == Gelu.ERF ? bellArgument(v) : minusTwice(u);
    FloatVector t = exponent(z);
    FloatVector e = exponential(z, t, polynomial(z, t));
    FloatVector slope = form == Gelu.ERF ? geluErfSlope(v, e) : geluTanhSlope(v, tanh(u, e));
    FloatVector own = slope.mul(load(dy, mask));
    if (add) {
      own.add(load(dx, mask)).intoMemorySegment(ALL, dx, ORDER, mask);
    } else {
      own.intoMemorySegment(ALL, dx, ORDER, mask);
    }
  }
}
