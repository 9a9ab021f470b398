package org.align4j.cuda.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static org.align4j.cuda.kernel.Elements.check;

import org.align4j.core.engine.Divergence;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.cuda.driver.Device;

/**
 * Divergence of a student's distributions over the vocabulary from a teacher's, and its gradient:
 * {@code divergence.cu}, as core's {@code DivergenceRows}. In double, in its order of additions;
 * exponentials and logarithms are the device's, so the last bit of a float may differ.
 */
public final class Divergences {

  private static final int THREADS = 256;

  private final Call sums;
  private final Call totals;
  private final Call gradient;

  /** The kernels of a loaded program. */
  public Divergences(Device.Program program) {
    sums = new Call(program, "divergence_sums");
    totals = new Call(program, "divergence_totals");
    gradient = new Call(program, "divergence_gradient");
  }

  /**
   * What is compared, and how.
   *
   * @param temperature of both
   * @param studentLogSumExp of all its tempered logits, a float each row
   * @param teacherLogSumExp as the student's
   */
  public record Comparison(
      Divergence divergence, float temperature, long studentLogSumExp, long teacherLogSumExp) {}

  /** Bytes of the sums of so many rows. */
  public static long sumBytes(int vocabulary, int rows) {
    return 2L * Double.BYTES * HeadKernels.slices(vocabulary) * rows;
  }

  /**
   * Shares of some slices.
   *
   * @param student logits {@code [rows, columns]} that begin at vocabulary column {@code slice ·
   *     SLICE}
   * @param teacher logits of the same ids
   * @param sums doubles {@code [rows, slices, 2]}, of all slices
   * @param slices of the vocabulary
   */
  public void sums(
      DeviceMatrix student,
      DeviceMatrix teacher,
      Comparison comparison,
      long sums,
      int slices,
      int slice) {
    int columns = student.columns();
    check("teacher", teacher, student.rows(), columns);
    checkArgument(
        slice >= 0 && slice + HeadKernels.slices(columns) <= slices,
        "%s columns from slice %s on are more than %s slices",
        columns,
        slice,
        slices);
    logits(this.sums, student, teacher, comparison);
    this.sums.address(sums).integer(2 * slices).integer(slice);
    this.sums.launch(student.rows(), HeadKernels.slices(columns), THREADS);
  }

  private static void logits(
      Call call, DeviceMatrix student, DeviceMatrix teacher, Comparison comparison) {
    call.begin().matrix(student).matrix(teacher).integer(student.columns());
    call.precise(1 / (double) comparison.temperature()).precise(comparison.divergence().beta());
    call.address(comparison.studentLogSumExp()).address(comparison.teacherLogSumExp());
  }

  /**
   * Sums over all slices.
   *
   * @param divergence floats, nats, {@code [rows]}
   * @param slopes doubles, {@code [rows]}: what {@link #gradient} asks for
   */
  public void totals(long sums, int slices, long divergence, long slopes, int rows) {
    totals.begin().address(sums).integer(2 * slices).integer(slices);
    totals.address(divergence).address(slopes).integer(rows);
    totals.launch(Math.ceilDiv(rows, THREADS), THREADS);
  }

  /**
   * Replaces the student's logits by {@code coefficients[n] · ∂D/∂z}.
   *
   * @param coefficients floats, {@code [rows]}
   * @param slopes by {@link #totals}
   */
  public void gradient(
      DeviceMatrix student,
      DeviceMatrix teacher,
      Comparison comparison,
      long coefficients,
      long slopes) {
    check("teacher", teacher, student.rows(), student.columns());
    logits(gradient, student, teacher, comparison);
    gradient.address(coefficients).address(slopes);
    gradient.launch(student.rows(), Math.ceilDiv(student.columns(), 4 * THREADS), THREADS);
  }
}
