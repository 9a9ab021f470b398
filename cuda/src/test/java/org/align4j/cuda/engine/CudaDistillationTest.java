package org.align4j.cuda.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Divergence;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.plan.Batches;
import org.align4j.core.plan.PlanNetwork;
import org.align4j.core.plan.SmallNetwork;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Divergences over the whole vocabulary against those of the plan engine. */
class CudaDistillationTest {

  /**
   * Exponentials in double are the device's: what is rounded to float from them may be one float
   * beside, 6e-8 of it.
   */
  private static final double ROUNDING = 1e-6;

  private static TokenBatch batch(int vocabulary, int groups) {
    return Batches.shared(Batches.groups(new Random(7), vocabulary, groups, 24), 0.8f);
  }

  private static double length(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  /** 200 groups have more labelled rows than a block of the head. */
  @ParameterizedTest
  @CsvSource({
    "LLAMA, 3, 0",
    "LLAMA, 3, 1",
    "LLAMA, 200, 0.5",
    "BIASED, 3, 0.3",
    "WIDE, 3, 0.7",
    "GPT2, 3, 1"
  })
  void valuesAndGradientsAreThoseOfThePlan(SmallNetwork shape, int groups, double beta) {
    TokenBatch batch = batch(shape.vocabulary(), groups);
    assertThat(batch.rows().length > 1024).isEqualTo(groups > 3);
    try (Parameters own = shape.randomParameters(3);
        Parameters others = shape.randomParameters(4)) {
      compare(shape, own, others, batch, beta, Resources.shared());
    }
  }

  @Test
  void aVocabularyOfManySlicesIsLikeAnyOther() {
    try (Parameters own = ManyIds.random(3);
        Parameters others = ManyIds.random(4)) {
      compare(new ManyIds(), own, others, batch(ManyIds.VOCABULARY, 2), 0.3, Resources.shared());
    }
  }

  /** With the least memory the teacher scores part by part, and activations are made again. */
  @Test
  void littleMemoryChangesNothing() {
    SmallNetwork shape = SmallNetwork.WIDE;
    try (Parameters own = shape.randomParameters(3);
        Parameters others = shape.randomParameters(4)) {
      Resources little = Resources.of(2, 1L << 26).withRecompute();
      compare(shape, own, others, batch(shape.vocabulary(), 60), 0.3, little);
    }
  }

  private static void compare(
      NetworkDefinition shape,
      Parameters own,
      Parameters others,
      TokenBatch batch,
      double beta,
      Resources resources) {
    float[] coefficients = Batches.coefficients(new Random(8), batch.rows().length);
    try (CudaOnFake cuda = new CudaOnFake();
        Network plan = PlanNetwork.create(shape, own);
        Network planTeacher = PlanNetwork.create(shape, others);
        Network student = cuda.create(shape, own, resources);
        Network teacher = cuda.create(shape, others, resources)) {
      Divergence divergence = new Divergence(beta);
      plan.gradients().zero();
      student.gradients().zero();
      // twice: gradients are added to what is there
      for (int pass = 0; pass < 2; pass++) {
        float[] expected = plan.distill(batch, planTeacher, divergence, coefficients);
        float[] values = student.distill(batch, teacher, divergence, coefficients);
        for (int m = 0; m < values.length; m++) {
          assertThat(values[m]).isCloseTo(expected[m], within(Math.ulp(expected[m])));
        }
      }
      for (String name : own.names()) {
        float[] expected = plan.gradients().get(name).dup().data().asFloat();
        float[] gradient = student.gradients().get(name).dup().data().asFloat();
        double allowed = ROUNDING * length(expected);
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] -= expected[i];
        }
        assertThat(length(gradient)).as(name).isLessThanOrEqualTo(allowed);
      }
    }
  }

  /** Within a precision both networks say the same of the same parameters. */
  @Test
  void aStudentThatIsItsTeacherHasNothingToLearnInBfloat16() {
    SmallNetwork shape = SmallNetwork.WIDE;
    TokenBatch batch = batch(shape.vocabulary(), 2);
    Resources bf16 = Resources.shared().with(Precision.BF16);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(3);
        Network student = cuda.create(shape, parameters, bf16);
        Network teacher = cuda.create(shape, parameters, bf16)) {
      float[] values =
          student.distill(batch, teacher, Divergence.REVERSE, new float[batch.rows().length]);
      assertThat(values).isNotEmpty().containsOnly(0f);
    }
  }

  @Test
  void aScalarHeadHasNoDistribution() {
    TokenBatch batch = batch(SmallNetwork.LLAMA.vocabulary(), 1);
    float[] coefficients = new float[batch.rows().length];
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters own = SmallNetwork.LLAMA.randomParameters(3);
        Parameters scalar = SmallNetwork.CRITIC.randomParameters(4);
        Network student = cuda.create(SmallNetwork.LLAMA, own);
        Network critic = cuda.create(SmallNetwork.CRITIC, scalar)) {
      assertThatThrownBy(() -> student.distill(batch, critic, Divergence.REVERSE, coefficients))
          .hasMessage("the teacher has a scalar head: it has no distribution");
      assertThatThrownBy(() -> critic.distill(batch, student, Divergence.REVERSE, coefficients))
          .hasMessage("the student has a scalar head: it has no distribution");
    }
  }

  @Test
  void otherTeachersAreRefused() {
    TokenBatch batch = batch(SmallNetwork.LLAMA.vocabulary(), 1);
    float[] coefficients = new float[batch.rows().length];
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters own = SmallNetwork.LLAMA.randomParameters(3);
        Parameters others = SmallNetwork.BIASED.randomParameters(4);
        Network student = cuda.create(SmallNetwork.LLAMA, own);
        Network plan = PlanNetwork.create(SmallNetwork.LLAMA, own);
        Network larger = cuda.create(SmallNetwork.BIASED, others)) {
      assertThatThrownBy(() -> student.distill(batch, plan, Divergence.REVERSE, coefficients))
          .hasMessage("the teacher must be another network of the CUDA engine on the same GPU");
      assertThatThrownBy(() -> student.distill(batch, student, Divergence.REVERSE, coefficients))
          .hasMessage("the teacher must be another network of the CUDA engine on the same GPU");
      assertThatThrownBy(() -> student.distill(batch, larger, Divergence.REVERSE, coefficients))
          .hasMessage(
              "the student has a vocabulary of 64, the teacher of 1501: they must be the same");
      assertThatThrownBy(() -> student.distill(batch, larger, Divergence.REVERSE, new float[1]))
          .hasMessage(
              "coefficients [1] do not match the %s labelled rows of the batch"
                  .formatted(coefficients.length));
    }
  }
}
