package org.align4j.cuda.check.kernel;

import static org.align4j.cuda.check.kernel.HostRoom.join;

import java.util.List;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.ops.Gelu;
import org.align4j.cuda.kernel.DeviceMatrix;

/** Activations and their gradients. */
final class ActivationCases {

  private static final int ROWS = 37;
  private static final int COLUMNS = 101;
  private static final String SHAPE = "[37,101]";

  private ActivationCases() {}

  static List<KernelCase> all() {
    return List.of(
        gated(false),
        gated(true),
        gatedGradient(false),
        gatedGradient(true),
        gelu(Gelu.TANH),
        gelu(Gelu.ERF),
        geluGradient(Gelu.TANH),
        geluGradient(Gelu.ERF));
  }

  private static Table operand(long seed) {
    return Table.random(seed, ROWS, COLUMNS);
  }

  private static KernelCase gated(boolean gelu) {
    Table gate = operand(1);
    Table up = operand(2);
    return KernelCase.of(
        gelu ? "geglu" : "swiglu",
        SHAPE,
        (k, room) -> {
          DeviceMatrix y = room.matrix(ROWS, COLUMNS);
          DeviceMatrix g = room.matrix(gate);
          DeviceMatrix u = room.matrix(up);
          if (gelu) {
            k.activations().geglu(g, u, y, ROWS, COLUMNS);
          } else {
            k.activations().swiglu(g, u, y, ROWS, COLUMNS);
          }
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(ROWS, COLUMNS);
          if (gelu) {
            k.activations().geGlu(room.matrix(gate), room.matrix(up), y, 0, ROWS);
          } else {
            k.activations().swiGlu(room.matrix(gate), room.matrix(up), y, 0, ROWS);
          }
          return HostRoom.read(y);
        },
        () -> {
          double[] y = up.exact();
          for (int i = 0; i < y.length; i++) {
            y[i] *= gelu ? value(Gelu.TANH, gate.values()[i]) : silu(gate.values()[i]);
          }
          return y;
        });
  }

  private static KernelCase gatedGradient(boolean gelu) {
    Table gate = operand(1);
    Table up = operand(2);
    Table dy = operand(3);
    return KernelCase.of(
        gelu ? "geglu_gradient" : "swiglu_gradient",
        SHAPE,
        (k, room) -> {
          DeviceMatrix dGate = room.matrix(ROWS, COLUMNS);
          DeviceMatrix dUp = room.matrix(ROWS, COLUMNS);
          DeviceMatrix g = room.matrix(gate);
          DeviceMatrix u = room.matrix(up);
          DeviceMatrix slope = room.matrix(dy);
          if (gelu) {
            k.activations().gegluGradient(g, u, slope, dGate, dUp, ROWS, COLUMNS);
          } else {
            k.activations().swigluGradient(g, u, slope, dGate, dUp, ROWS, COLUMNS);
          }
          return join(room.read(dGate), room.read(dUp));
        },
        (k, room) -> {
          Matrix dGate = room.matrix(ROWS, COLUMNS);
          Matrix dUp = room.matrix(ROWS, COLUMNS);
          Matrix g = room.matrix(gate);
          Matrix u = room.matrix(up);
          if (gelu) {
            k.activations().geGluGradient(g, u, room.matrix(dy), dGate, dUp, 0, ROWS);
          } else {
            k.activations().swiGluGradient(g, u, room.matrix(dy), dGate, dUp, 0, ROWS);
          }
          return join(HostRoom.read(dGate), HostRoom.read(dUp));
        },
        () -> {
          double[] dGate = dy.exact();
          double[] dUp = dy.exact();
          for (int i = 0; i < dUp.length; i++) {
            double g = gate.values()[i];
            dGate[i] *= up.values()[i] * (gelu ? slope(Gelu.TANH, g) : siluSlope(g));
            dUp[i] *= gelu ? value(Gelu.TANH, g) : silu(g);
          }
          return join(dGate, dUp);
        });
  }

  private static KernelCase gelu(Gelu form) {
    Table x = operand(1);
    return KernelCase.of(
        "gelu",
        SHAPE + " " + form,
        (k, room) -> {
          DeviceMatrix y = room.matrix(x);
          k.activations().gelu(y, form, y, ROWS, COLUMNS);
          return room.read(y);
        },
        (k, room) -> {
          Matrix y = room.matrix(x);
          k.activations().gelu(y, form, y, 0, ROWS);
          return HostRoom.read(y);
        },
        () -> {
          double[] y = x.exact();
          for (int i = 0; i < y.length; i++) {
            y[i] = value(form, y[i]);
          }
          return y;
        });
  }

  private static KernelCase geluGradient(Gelu form) {
    Table x = operand(1);
    Table dy = operand(2);
    Table dx = operand(3);
    return KernelCase.of(
        "gelu_gradient",
        SHAPE + " " + form,
        (k, room) -> {
          DeviceMatrix target = room.matrix(dx);
          k.activations()
              .geluGradient(room.matrix(x), form, room.matrix(dy), target, true, ROWS, COLUMNS);
          return room.read(target);
        },
        (k, room) -> {
          Matrix target = room.matrix(dx);
          k.activations()
              .geluGradient(room.matrix(x), form, room.matrix(dy), target, true, 0, ROWS);
          return HostRoom.read(target);
        },
        () -> {
          double[] target = dx.exact();
          for (int i = 0; i < target.length; i++) {
            target[i] += dy.values()[i] * slope(form, x.values()[i]);
          }
          return target;
        });
  }

  private static double silu(double x) {
    return x / (1 + Math.exp(-x));
  }

  private static double siluSlope(double x) {
    double s = 1 / (1 + Math.exp(-x));
    return s * (1 + x * (1 - s));
  }

  private static final double ROOT = Math.sqrt(2 / Math.PI);

  private static double value(Gelu form, double x) {
    return switch (form) {
      case TANH -> 0.5 * x * (1 + Math.tanh(ROOT * (x + 0.044715 * x * x * x)));
      case ERF -> x * normal(x);
    };
  }

  private static double slope(Gelu form, double x) {
    return switch (form) {
      case TANH -> {
        double t = Math.tanh(ROOT * (x + 0.044715 * x * x * x));
        yield 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * ROOT * (1 + 3 * 0.044715 * x * x);
      }
      case ERF -> normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    };
  }

  /** Φ by its series about 0 (Abramowitz and Stegun 26.2.11), which has positive terms alone. */
  private static double normal(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= x * x / (2 * n + 1);
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
