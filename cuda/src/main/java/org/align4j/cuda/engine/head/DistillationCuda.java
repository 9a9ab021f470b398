package org.align4j.cuda.engine.head;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.align4j.core.engine.Divergence;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.engine.head.LanguageHeadCuda.Block;
import org.align4j.cuda.engine.run.DeviceBuffer;
import org.align4j.cuda.engine.run.Gpu;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Divergences;

/**
 * The divergence of one head's distributions from another's, and its gradient, as core's {@code
 * Distillation}: a block of rows at once, the vocabulary in slices. Logits are made three times:
 * for their log-sum-exp, for the divergence and for the gradient.
 */
public final class DistillationCuda implements AutoCloseable {

  private final Device device;
  private final Divergences kernels;
  private final DeviceBuffer teacherStates;
  private final DeviceBuffer rowIndex;
  private final DeviceBuffer weights;
  private final DeviceBuffer values;
  private final DeviceBuffer statistics;
  private final DeviceBuffer sums;
  private final DeviceBuffer slopes;

  /**
   * How distributions are compared.
   *
   * @param temperature of both
   */
  public record Manner(Divergence divergence, float temperature) {}

  /** No memory yet. */
  public DistillationCuda(Gpu gpu) {
    device = gpu.device();
    kernels = gpu.kernels().divergences();
    teacherStates = new DeviceBuffer(device);
    rowIndex = new DeviceBuffer(device);
    weights = new DeviceBuffer(device);
    values = new DeviceBuffer(device);
    statistics = new DeviceBuffer(device);
    sums = new DeviceBuffer(device);
    slopes = new DeviceBuffer(device);
  }

  /** Room for the teacher's hidden states. */
  public DeviceBuffer teacherStates() {
    return teacherStates;
  }

  /**
   * Adds {@code Σ_m coefficients[m] · ∂D_m} to the gradients of the student's head and hidden
   * states.
   *
   * @param hidden states of the student
   * @param rows of them that are labelled, {@code [M]}
   * @param states of the teacher at these rows, {@code [M, D]}
   * @param coefficients {@code [M]}
   * @param target gradient of the student's hidden states
   * @return D in nats, {@code [M]}
   */
  public float[] run(
      LanguageHeadCuda student,
      LanguageHeadCuda teacher,
      Manner manner,
      DeviceMatrix hidden,
      int[] rows,
      DeviceMatrix states,
      float[] coefficients,
      DeviceMatrix target) {
    int count = rows.length;
    long index = rowIndex.set(rows, count);
    long factors = weights.set(coefficients, count);
    long divergences = values.reserveMore((long) Float.BYTES * count);
    for (int start = 0; start < count; start += LanguageHeadCuda.BLOCK) {
      int end = Math.min(count, start + LanguageHeadCuda.BLOCK);
      long skip = (long) Float.BYTES * start;
      Block own = student.gathered(hidden, index + skip, end - start);
      Block other = teacher.over(states.rows(start, end));
      block(student, teacher, manner, own, other, divergences + skip, factors + skip);
      student.addHidden(own, Arrays.copyOfRange(rows, start, end), target);
    }
    float[] answers = new float[count];
    device.read(divergences, MemorySegment.ofArray(answers));
    return answers;
  }

  private void block(
      LanguageHeadCuda student,
      LanguageHeadCuda teacher,
      Manner manner,
      Block own,
      Block other,
      long divergences,
      long factors) {
    int count = own.hidden().rows();
    int slices = HeadKernels.slices(student.vocabulary());
    long bytes = (long) Float.BYTES * count;
    long studentSums = statistics.reserveMore(3 * bytes);
    long teacherSums = studentSums + bytes;
    long entropy = teacherSums + bytes;
    student.statistics(own, manner.temperature, studentSums, entropy);
    teacher.statistics(other, manner.temperature, teacherSums, entropy);
    Divergences.Comparison comparison =
        new Divergences.Comparison(manner.divergence, manner.temperature, studentSums, teacherSums);
    long shares = sums.reserveMore(Divergences.sumBytes(student.vocabulary(), count));
    long totals = slopes.reserveMore((long) Double.BYTES * count);
    for (int slice = 0; slice < slices; slice += LanguageHeadCuda.SLICES_AT_ONCE) {
      kernels.sums(
          student.logits(own, slice),
          teacher.logits(other, slice),
          comparison,
          shares,
          slices,
          slice);
    }
    kernels.totals(shares, slices, divergences, totals, count);
    for (int slice = 0; slice < slices; slice += LanguageHeadCuda.SLICES_AT_ONCE) {
      DeviceMatrix logits = student.logits(own, slice);
      kernels.gradient(logits, teacher.logits(other, slice), comparison, factors, totals);
      student.addGradients(own, logits, slice);
    }
  }

  @Override
  public void close() {
    teacherStates.close();
    rowIndex.close();
    weights.close();
    values.close();
    statistics.close();
    sums.close();
    slopes.close();
  }
}
