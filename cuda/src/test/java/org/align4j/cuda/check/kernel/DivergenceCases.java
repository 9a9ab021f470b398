package org.align4j.cuda.check.kernel;

import static org.align4j.cuda.check.kernel.HeadOperands.ROWS;
import static org.align4j.cuda.check.kernel.HeadOperands.SLICES;
import static org.align4j.cuda.check.kernel.HeadOperands.TEMPERATURE;
import static org.align4j.cuda.check.kernel.HeadOperands.VOCABULARY;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.engine.Divergence;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.scalar.DivergenceRows;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Divergences;

/** Divergences over a vocabulary: the three kernels, one after the other. */
final class DivergenceCases {

  private static final Table TEACHER = Table.random(6, ROWS, VOCABULARY);
  private static final float[] COEFFICIENTS = Table.normal(7, ROWS);

  private DivergenceCases() {}

  static List<KernelCase> all() {
    HeadOperands o = new HeadOperands();
    List<KernelCase> all = new ArrayList<>();
    for (double beta : new double[] {0, 0.3, 1}) {
      all.add(of("divergence_totals", o, beta, false));
      all.add(of("divergence_gradient", o, beta, true));
    }
    return all;
  }

  private static float[] logSumExp(Table logits) {
    float[] sums = new float[ROWS];
    for (int n = 0; n < ROWS; n++) {
      sums[n] = (float) HeadOperands.logSumExp(scaled(logits, n));
    }
    return sums;
  }

  private static double[] scaled(Table logits, int row) {
    double[] z = new double[VOCABULARY];
    Arrays.setAll(z, v -> logits.at(row, v) / TEMPERATURE);
    return z;
  }

  private static KernelCase of(String kernel, HeadOperands o, double beta, boolean gradient) {
    float[] own = logSumExp(o.logits);
    float[] others = logSumExp(TEACHER);
    return new KernelCase(
        kernel,
        "[9,2500], beta " + beta,
        KernelCase.FLOAT,
        // exponentials and logarithms in double are the device's own
        false,
        (k, room) -> {
          DeviceMatrix student = room.matrix(o.logits);
          DeviceMatrix teacher = room.matrix(TEACHER);
          Divergences.Comparison comparison =
              new Divergences.Comparison(
                  new Divergence(beta), TEMPERATURE, room.floats(own), room.floats(others));
          long shares = room.doubles(new double[2 * SLICES * ROWS]);
          long divergences = room.words(ROWS);
          long slopes = room.doubles(new double[ROWS]);
          k.divergences().sums(student, teacher, comparison, shares, SLICES, 0);
          k.divergences().totals(shares, SLICES, divergences, slopes, ROWS);
          if (!gradient) {
            return room.readFloats(divergences, ROWS);
          }
          k.divergences().gradient(student, teacher, comparison, room.floats(COEFFICIENTS), slopes);
          return room.read(student);
        },
        (k, room) -> {
          Matrix student = room.matrix(o.logits);
          Matrix teacher = room.matrix(TEACHER);
          var ownSums = room.floats(own);
          var otherSums = room.floats(others);
          double[] sums = new double[2 * ROWS];
          DivergenceRows.add(
              student, teacher, TEMPERATURE, ownSums, otherSums, beta, sums, 0, ROWS);
          if (!gradient) {
            double[] divergences = new double[ROWS];
            Arrays.setAll(divergences, n -> (float) sums[2 * n]);
            return divergences;
          }
          DivergenceRows.gradient(
              student, teacher, TEMPERATURE, ownSums, otherSums, beta, sums, COEFFICIENTS, 0, ROWS);
          return HostRoom.read(student);
        },
        () -> exact(o.logits, own, others, beta, gradient));
  }

  private static double[] exact(
      Table logits, float[] own, float[] others, double beta, boolean gradient) {
    double[] divergences = new double[ROWS];
    double[] slopes = new double[ROWS * VOCABULARY];
    for (int n = 0; n < ROWS; n++) {
      double[] z = scaled(logits, n);
      double[] t = scaled(TEACHER, n);
      double[] h = new double[VOCABULARY];
      double total = 0;
      for (int v = 0; v < VOCABULARY; v++) {
        double p = Math.exp(z[v] - own[n]);
        double q = Math.exp(t[v] - others[n]);
        double s = z[v] - own[n];
        double o = t[v] - others[n];
        double m = Math.log(beta * q + (1 - beta) * p);
        h[v] = beta == 0 ? -q : beta == 1 ? p * (s - o) : (1 - beta) * p * (s - m);
        total += h[v];
        divergences[n] += beta == 0 ? q * (o - s) : beta == 1 ? h[v] : beta * q * (o - m) + h[v];
      }
      for (int v = 0; v < VOCABULARY; v++) {
        slopes[n * VOCABULARY + v] =
            COEFFICIENTS[n] * (h[v] - Math.exp(z[v] - own[n]) * total) / TEMPERATURE;
      }
    }
    return gradient ? slopes : divergences;
  }
}
