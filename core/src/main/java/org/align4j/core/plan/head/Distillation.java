package org.align4j.core.plan.head;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.align4j.core.engine.Divergence;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.kernel.scalar.DivergenceRows;
import org.align4j.core.plan.head.PlanHead.HeadResults;
import org.align4j.core.plan.op.Plan;
import org.align4j.core.plan.run.SubBatch;

/**
 * The divergence of one head's distributions from another's, and its gradient. A block of rows is
 * taken at once and the vocabulary in slices, so that of neither head more than {@code [rows,
 * slice]} logits are needed, beside what both can keep.
 */
public final class Distillation {

  /** Rows of a task. */
  private static final int TILE = 8;

  private final LanguageHead student;
  private final LanguageHead teacher;
  private final Threads threads;
  private final Divergence divergence;
  private final float temperature;

  /** A distillation at a temperature. */
  public Distillation(
      LanguageHead student,
      LanguageHead teacher,
      Threads threads,
      Divergence divergence,
      float temperature) {
    checkVocabularies(student.vocabulary(), teacher.vocabulary());
    this.student = student;
    this.teacher = teacher;
    this.threads = threads;
    this.divergence = divergence;
    this.temperature = temperature;
  }

  /** Refuses models whose ids are not the same. */
  public static void checkVocabularies(int student, int teacher) {
    checkArgument(
        student == teacher,
        "the student has a vocabulary of %s, the teacher of %s: they must be the same",
        student,
        teacher);
  }

  /**
   * Adds {@code Σ_m coefficients[m] · ∂D_m} to the gradients of the student's head and of the
   * plan's hidden states.
   *
   * @param plan after the student's forward pass over the part
   * @param teacherStates the teacher's hidden states at all labelled rows, {@code [M][]}
   * @param coefficients {@code [M]}
   * @param values D in nats, written at the part's rows, {@code [M]}
   */
  public void run(
      Plan plan, SubBatch part, float[][] teacherStates, float[] coefficients, float[] values) {
    int[] rows = part.batch().rows();
    for (int start = 0; start < rows.length; start += LanguageHead.BLOCK) {
      int end = Math.min(rows.length, start + LanguageHead.BLOCK);
      float[][] states = new float[end - start][];
      float[] weights = new float[end - start];
      for (int m = start; m < end; m++) {
        states[m - start] = teacherStates[part.output(m)];
        weights[m - start] = coefficients[part.output(m)];
      }
      double[] sums =
          block(
              plan.backwardHidden().matrix(),
              Arrays.copyOfRange(rows, start, end),
              Arrays.copyOfRange(part.batch().labels(), start, end),
              states,
              weights,
              plan.hiddenGradient().matrix());
      for (int m = start; m < end; m++) {
        values[part.output(m)] = (float) sums[2 * (m - start)];
      }
    }
  }

  private double[] block(
      Matrix hidden,
      int[] rows,
      int[] labels,
      float[][] teacherStates,
      float[] coefficients,
      Matrix dHidden) {
    try (NativeMemory memory = new NativeMemory()) {
      int count = rows.length;
      NativeFloats states = memory.allocate((long) count * teacherStates[0].length);
      int[] all = new int[count];
      for (int m = 0; m < count; m++) {
        all[m] = m;
        long at = (long) m * teacherStates[m].length;
        states
            .slice(at, teacherStates[m].length)
            .copyFrom(teacherStates[m], 0, teacherStates[m].length);
      }
      HeadResults results = new HeadResults(new float[count], new float[count], new float[count]);
      teacher.forward(
          states.matrix(teacherStates[0].length), all, labels, count, temperature, results, true);
      student.forward(hidden, rows, labels, count, temperature, results, true);
      double[] sums = new double[2 * count];
      for (int s = 0; s < student.slices(); s++) {
        Matrix own = student.logits(s);
        Matrix other = teacher.logits(s);
        run(
            count,
            (from, to, scratch) ->
                DivergenceRows.add(
                    own,
                    other,
                    temperature,
                    student.logSumExp(),
                    teacher.logSumExp(),
                    divergence.beta(),
                    sums,
                    from,
                    to));
      }
      student.beginGradients(dHidden);
      for (int s = 0; s < student.slices(); s++) {
        Matrix own = student.logits(s);
        Matrix other = teacher.logits(s);
        run(
            count,
            (from, to, scratch) ->
                DivergenceRows.gradient(
                    own,
                    other,
                    temperature,
                    student.logSumExp(),
                    teacher.logSumExp(),
                    divergence.beta(),
                    sums,
                    coefficients,
                    from,
                    to));
        student.addGradients();
      }
      student.endGradients();
      return sums;
    }
  }

  private void run(int count, Task task) {
    threads.run(task, count, TILE);
  }
}
