package org.align4j.core.kernel.scalar;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;

/**
 * Divergence of two distributions over the vocabulary and its gradient by the first one's logits,
 * in slices of the vocabulary. With S and T their probabilities, s and t the logarithms: {@code D =
 * Σ d(S,T)}, and {@code ∂D/∂z_v = (h_v − S_v·Σh)/T°}, {@code h = S·∂d/∂S}, T° the temperature.
 *
 * <table>
 * <caption>d and h by β</caption>
 * <tr><td>0</td><td>{@code T·(t − s)}</td><td>{@code −T}</td></tr>
 * <tr><td>1</td><td>{@code S·(s − t)}</td><td>{@code S·(s − t)}; its constant falls out</td></tr>
 * <tr><td>between, m = log(β·T + (1 − β)·S)</td><td>{@code β·T·(t − m) + (1 − β)·S·(s − m)}</td>
 * <td>{@code (1 − β)·S·(s − m)}</td></tr>
 * </table>
 *
 * <p>Computed in double, one logit at a time, by all kernels alike, with the exponentials and
 * logarithms that are the same on every machine.
 */
public final class DivergenceRows {

  /** Below this a mixture is nothing; S and T are then 0 too, as are their shares of D and h. */
  private static final double LEAST = Double.MIN_NORMAL;

  private final double inverse;
  private final double beta;
  private double value;
  private double slope;
  private double probability;

  private DivergenceRows(float temperature, double beta) {
    this.inverse = 1 / (double) temperature;
    this.beta = beta;
  }

  /**
   * Adds a slice's share of D to {@code sums[2n]} and of Σh to {@code sums[2n + 1]}. Split: rows.
   *
   * @param student logits {@code [N, slice]}
   * @param teacher logits of the same ids
   * @param studentLogSumExp of all tempered logits, {@code [N]}
   */
  public static void add(
      Matrix student,
      Matrix teacher,
      float temperature,
      NativeFloats studentLogSumExp,
      NativeFloats teacherLogSumExp,
      double beta,
      double[] sums,
      int from,
      int to) {
    DivergenceRows rows = new DivergenceRows(temperature, beta);
    for (int n = from; n < to; n++) {
      double divergence = 0;
      double slopes = 0;
      for (int v = 0; v < student.columns(); v++) {
        rows.at(student, teacher, studentLogSumExp.get(n), teacherLogSumExp.get(n), n, v);
        divergence += rows.value;
        slopes += rows.slope;
      }
      sums[2 * n] += divergence;
      sums[2 * n + 1] += slopes;
    }
  }

  /**
   * Replaces a slice of the student's logits by {@code coefficients[n] · ∂D/∂z}. Split: rows.
   *
   * @param sums over all slices, by {@link #add}
   */
  public static void gradient(
      Matrix student,
      Matrix teacher,
      float temperature,
      NativeFloats studentLogSumExp,
      NativeFloats teacherLogSumExp,
      double beta,
      double[] sums,
      float[] coefficients,
      int from,
      int to) {
    DivergenceRows rows = new DivergenceRows(temperature, beta);
    for (int n = from; n < to; n++) {
      double mean = sums[2 * n + 1];
      double factor = coefficients[n] * rows.inverse;
      for (int v = 0; v < student.columns(); v++) {
        rows.at(student, teacher, studentLogSumExp.get(n), teacherLogSumExp.get(n), n, v);
        student.set(n, v, (float) (factor * (rows.slope - rows.probability * mean)));
      }
    }
  }

  private void at(
      Matrix student, Matrix teacher, float studentSum, float teacherSum, int row, int column) {
    double s = student.get(row, column) * inverse - studentSum;
    double t = teacher.get(row, column) * inverse - teacherSum;
    double own = StrictMath.exp(s);
    probability = own;
    if (beta == 1) {
      slope = own * (s - t);
      value = slope;
      return;
    }
    double other = StrictMath.exp(t);
    if (beta == 0) {
      slope = -other;
      value = other * (t - s);
      return;
    }
    double m = StrictMath.log(Math.max(LEAST, beta * other + (1 - beta) * own));
    slope = (1 - beta) * own * (s - m);
    value = beta * other * (t - m) + slope;
  }
}
