package org.align4j.cuda.check.kernel;

import static org.align4j.cuda.check.kernel.HostRoom.join;

import java.util.List;
import org.align4j.core.kernel.OptimiserKernels;
import org.align4j.core.kernel.OptimiserKernels.AdamWStep;
import org.align4j.core.kernel.OptimiserKernels.Moments;
import org.align4j.core.kernel.memory.NativeFloats;

/** Passes over all parameters. */
final class OptimiserCases {

  private OptimiserCases() {}

  static List<KernelCase> all() {
    return List.of(sumOfSquares(), adamw());
  }

  private static KernelCase sumOfSquares() {
    int n = OptimiserKernels.SUM_TILE + 4321;
    float[] x = Table.normal(1, n);
    return KernelCase.of(
        "sum_of_squares",
        "[" + n + "]",
        (k, room) -> {
          long partials = room.words(4);
          k.optimiser().sumOfSquares(room.floats(x), n, partials);
          return room.readDoubles(partials, 2);
        },
        (k, room) -> {
          double[] partials = new double[2];
          k.optimiser().sumOfSquares(room.floats(x), partials, 0, 2);
          return partials;
        },
        () -> {
          double[] partials = new double[2];
          for (int i = 0; i < n; i++) {
            partials[i / OptimiserKernels.SUM_TILE] += (double) x[i] * x[i];
          }
          return partials;
        });
  }

  private static KernelCase adamw() {
    int n = 4099;
    AdamWStep step = new AdamWStep(0.7f, 1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 7);
    float[] theta = Table.normal(1, n);
    float[] gradient = Table.normal(2, n);
    float[] first = Table.normal(3, n);
    float[] second = Table.normal(4, n);
    for (int i = 0; i < n; i++) {
      second[i] *= second[i];
    }
    return KernelCase.of(
        "adamw",
        "[" + n + "]",
        (k, room) -> {
          long t = room.floats(theta);
          long m = room.floats(first);
          long v = room.floats(second);
          k.optimiser()
              .adamw(
                  t,
                  room.floats(gradient),
                  m,
                  v,
                  n,
                  step.gradientScale(),
                  (float) step.learningRate(),
                  (float) step.beta1(),
                  (float) (1 - step.beta1()),
                  (float) step.beta2(),
                  (float) (1 - step.beta2()),
                  (float) step.eps(),
                  step.kept(),
                  step.correction1(),
                  step.correction2());
          return join(room.readFloats(t, n), room.readFloats(m, n), room.readFloats(v, n));
        },
        (k, room) -> {
          NativeFloats t = room.floats(theta);
          NativeFloats m = room.floats(first);
          NativeFloats v = room.floats(second);
          k.optimiser().adamW(new Moments(t, room.floats(gradient), m, v), step, 0, n);
          return join(HostRoom.read(t), HostRoom.read(m), HostRoom.read(v));
        },
        () -> {
          double[] t = Table.widened(theta);
          double[] m = Table.widened(first);
          double[] v = Table.widened(second);
          for (int i = 0; i < n; i++) {
            double g = (double) step.gradientScale() * gradient[i];
            m[i] = step.beta1() * m[i] + (1 - step.beta1()) * g;
            v[i] = step.beta2() * v[i] + (1 - step.beta2()) * g * g;
            double unbiased = m[i] / (1 - Math.pow(step.beta1(), step.step()));
            double root = Math.sqrt(v[i] / (1 - Math.pow(step.beta2(), step.step())));
            t[i] -= step.learningRate() * step.decay() * t[i];
            t[i] -= step.learningRate() * unbiased / (root + step.eps());
          }
          return join(t, m, v);
        });
  }
}
