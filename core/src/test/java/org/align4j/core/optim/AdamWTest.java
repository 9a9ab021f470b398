package org.align4j.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Random;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Expected values were computed step by step with torch's formulas (torch/optim/adamw.py, single
 * tensor) in float64, outside this code.
 */
class AdamWTest {

  private static final AdamWSettings SETTINGS =
      new AdamWSettings(0.1, 0.9, 0.95, 1e-8, 0.1, Double.POSITIVE_INFINITY);

  private static Parameters parameters(DataType type) {
    return Parameters.of(
        ImmutableMap.of(
            "a.weight", Nd4j.create(new double[] {1}, new long[] {1, 1}, type),
            "a.bias", Nd4j.create(new double[] {-2}, new long[] {1}, type)));
  }

  private static void gradient(Gradients gradients, double a, double b) {
    gradients.flat().putScalar(0, a);
    gradients.flat().putScalar(1, b);
  }

  @Test
  void threeStepsAreThoseOfTorch() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      Parameters parameters = parameters(type);
      // Float32 has seven digits; hyper-parameters are rounded to it too.
      double tolerance = type == DataType.DOUBLE ? 1e-12 : 2e-6;
      try (AdamW optimiser = new AdamW(parameters, SETTINGS);
          Gradients gradients = new Gradients(parameters)) {
        double[][] g = {{0.3, 0.4}, {-0.2, 0.1}, {0.05, -0.6}};
        double[][] expected = {
          {0.8900000033333332, -2.0799999975},
          {0.8665775541421193, -2.143197043712035},
          {0.8377266246300034, -2.1055948073967334}
        };
        for (int step = 0; step < 3; step++) {
          gradient(gradients, g[step][0], g[step][1]);
          assertThat(optimiser.update(gradients).applied()).isTrue();
          assertThat(parameters.get("a.weight").getDouble(0))
              .as("%s step %s", type, step)
              .isCloseTo(expected[step][0], within(tolerance));
          assertThat(parameters.get("a.bias").getDouble(0))
              .isCloseTo(expected[step][1], within(tolerance));
        }
        assertThat(optimiser.steps()).isEqualTo(3);
      }
    }
  }

  @Test
  void groupsChangeRateAndDecay() {
    Parameters parameters = parameters(DataType.DOUBLE);
    List<ParameterGroup> groups =
        List.of(new ParameterGroup(name -> name.endsWith("bias"), 0.5, 0));
    try (AdamW optimiser = new AdamW(parameters, SETTINGS, groups);
        Gradients gradients = new Gradients(parameters)) {
      double[][] g = {{0.3, 0.4}, {-0.2, 0.1}, {0.05, -0.6}};
      for (double[] step : g) {
        gradient(gradients, step[0], step[1]);
        optimiser.update(gradients);
      }
      assertThat(parameters.get("a.weight").getDouble(0))
          .isCloseTo(0.8377266246300034, within(1e-12));
      assertThat(parameters.get("a.bias").getDouble(0))
          .isCloseTo(-2.083913388904427, within(1e-12));
    }
  }

  @Test
  void biasesAndNormsAreTheGroupWithoutDecay() {
    var group = ParameterGroup.withoutDecay().members();
    assertThat(group.test("model.layers.0.input_layernorm.weight")).isTrue();
    assertThat(group.test("model.norm.weight")).isTrue();
    assertThat(group.test("transformer.h.0.ln_1.weight")).isTrue();
    assertThat(group.test("transformer.ln_f.weight")).isTrue();
    assertThat(group.test("model.layers.0.self_attn.q_proj.bias")).isTrue();
    assertThat(group.test("model.layers.0.self_attn.q_proj.weight")).isFalse();
    assertThat(group.test("model.embed_tokens.weight")).isFalse();
  }

  /** Gradients 3 and 4 have norm 5; ε of 0.5 keeps the step from hiding their scale. */
  @Test
  void gradientsAreClippedToTheGlobalNorm() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      Parameters parameters = parameters(type);
      parameters.get("a.bias").assign(1);
      try (AdamW optimiser = new AdamW(parameters, new AdamWSettings(0.1, 0.9, 0.95, 0.5, 0, 1));
          Gradients gradients = new Gradients(parameters)) {
        gradient(gradients, 3, 4);
        UpdateReport report = optimiser.update(gradients);
        assertThat(report.gradientNorm()).isCloseTo(5, within(1e-6));
        assertThat(parameters.get("a.weight").getDouble(0))
            .isCloseTo(0.9454545504132227, within(1e-6));
        assertThat(parameters.get("a.bias").getDouble(0))
            .isCloseTo(0.9384615431952659, within(1e-6));
      }
    }
  }

  @Test
  void aNormThatIsNotFiniteChangesNothing() {
    Parameters parameters = parameters(DataType.FLOAT);
    try (AdamW optimiser = new AdamW(parameters, SETTINGS);
        Gradients gradients = new Gradients(parameters)) {
      gradient(gradients, 0.3, Double.NaN);
      UpdateReport report = optimiser.update(gradients);
      assertThat(report.applied()).isFalse();
      assertThat(optimiser.steps()).isZero();
      assertThat(parameters.get("a.weight").getDouble(0)).isEqualTo(1);
      assertThat(optimiser.firstMoment().sumNumber().doubleValue()).isZero();
    }
  }

  @Test
  void aRestoredStateContinuesToTheBit() {
    Random random = new Random(4);
    Parameters one = parameters(DataType.FLOAT);
    try (AdamW unbroken = new AdamW(one, SETTINGS);
        Gradients gradients = new Gradients(one)) {
      for (int step = 0; step < 5; step++) {
        gradient(gradients, random.nextGaussian(), random.nextGaussian());
        unbroken.update(gradients);
      }
      Parameters two = one.copy();
      try (AdamW resumed = new AdamW(two, SETTINGS);
          Gradients copy = new Gradients(two)) {
        resumed.firstMoment().assign(unbroken.firstMoment());
        resumed.secondMoment().assign(unbroken.secondMoment());
        resumed.seek(unbroken.steps());
        gradient(gradients, 0.1, -0.7);
        gradient(copy, 0.1, -0.7);
        unbroken.update(gradients);
        resumed.update(copy);
        for (String name : one.names()) {
          assertThat(two.get(name)).isEqualTo(one.get(name));
        }
      }
    }
  }

  /** Both ways of updating, on enough floats for several tiles. */
  @Test
  void kernelsAndOpsAgree() {
    int size = 70_001;
    double[] values = new Random(6).doubles(size, -1, 1).toArray();
    double[] slopes = new Random(7).doubles(size, -1, 1).toArray();
    double[][] results = new double[2][];
    for (int i = 0; i < 2; i++) {
      DataType type = i == 0 ? DataType.FLOAT : DataType.DOUBLE;
      Parameters parameters =
          Parameters.of(ImmutableMap.of("w", Nd4j.create(values, new long[] {size}, type)));
      try (AdamW optimiser = new AdamW(parameters, SETTINGS.withMaxNorm(3));
          Gradients gradients = new Gradients(parameters)) {
        for (int step = 0; step < 3; step++) {
          gradients.flat().assign(Nd4j.create(slopes, new long[] {size}, type));
          optimiser.update(gradients);
        }
        results[i] = parameters.get("w").toDoubleVector();
      }
    }
    // Float32 parameters of size 1, three updates.
    assertThat(results[0]).containsExactly(results[1], within(2e-6));
  }

  @Test
  void badSettingsAreRefusedInOneSentence() {
    assertThatThrownBy(() -> SETTINGS.withLearningRate(-1))
        .hasMessage("learningRate is -1.0: it must be at least 0");
    assertThatThrownBy(() -> SETTINGS.withBetas(1, 0.9))
        .hasMessage("beta1 is 1.0: it must be in [0, 1)");
    assertThatThrownBy(() -> SETTINGS.withMaxNorm(0)).hasMessageContaining("maxNorm is 0.0");
    Parameters parameters = parameters(DataType.FLOAT);
    try (AdamW optimiser = new AdamW(parameters, SETTINGS);
        Gradients others = new Gradients(parameters.copy())) {
      assertThatThrownBy(() -> optimiser.update(others))
          .hasMessageContaining("gradients are of other parameters");
      assertThatThrownBy(() -> optimiser.seek(-1)).hasMessage("steps is -1: it must be at least 0");
    }
  }
}
