package org.align4j.cuda.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.plan.Batches;
import org.align4j.core.plan.PlanNetwork;
import org.align4j.core.plan.SmallNetwork;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class CudaOptimiserTest {

  private static final AdamWSettings SETTINGS = new AdamWSettings(1e-2, 0.9, 0.95, 1e-8, 0.1, 0.5);

  private static final List<ParameterGroup> GROUPS =
      List.of(
          new ParameterGroup(name -> name.contains("layers.0"), 0.5, 0.1),
          new ParameterGroup(name -> name.endsWith("up"), 0, 0),
          ParameterGroup.withoutDecay());

  private static TokenBatch batch(SmallNetwork shape) {
    return Batches.shared(Batches.groups(new Random(1), shape.vocabulary(), 2, 20), 1f);
  }

  private static void addGradient(Network network, TokenBatch batch, int seed) {
    network.forward(batch);
    network.backward(Batches.coefficients(new Random(seed), batch.rows().length), null);
  }

  @ParameterizedTest
  @EnumSource(names = {"LLAMA", "BIASED", "GPT2", "GEMMA", "CRITIC"})
  void stepsHaveTheBitsOfThePlan(SmallNetwork shape) {
    TokenBatch batch = batch(shape);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(1);
        Parameters same = parameters.copy();
        Network plan = PlanNetwork.create(shape, parameters);
        Network network = cuda.create(shape, same);
        Optimiser expected = plan.optimiser(SETTINGS, GROUPS);
        Optimiser optimiser = network.optimiser(SETTINGS, GROUPS)) {
      for (int step = 0; step < 3; step++) {
        plan.gradients().zero();
        network.gradients().zero();
        addGradient(plan, batch, step);
        addGradient(network, batch, step);
        assertThat(optimiser.update(1e-2)).isEqualTo(expected.update(1e-2));
        assertThat(network.score(batch).outputs()).isEqualTo(plan.score(batch).outputs());
      }
      Parameters after = network.parameters();
      for (String name : parameters.names()) {
        assertThat(after.get(name)).as(name).isEqualTo(parameters.get(name));
      }
      assertThat(optimiser.moments().get("first")).isEqualTo(expected.moments().get("first"));
      assertThat(optimiser.moments().get("second")).isEqualTo(expected.moments().get("second"));
      assertThat(optimiser.steps()).isEqualTo(3);
      assertThat(network.version()).isEqualTo(3);
    }
  }

  @Test
  void gradientsThatAreNotFiniteChangeNothing() {
    SmallNetwork shape = SmallNetwork.LLAMA;
    TokenBatch batch = batch(shape);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(1);
        Network network = cuda.create(shape, parameters);
        Optimiser optimiser = network.optimiser(SETTINGS, List.of())) {
      float[] before = network.score(batch).outputs();
      network.gradients().flat().putScalar(5, Float.NaN);
      network.gradients().changed();
      assertThat(optimiser.update(1e-2).applied()).isFalse();
      assertThat(network.score(batch).outputs()).isEqualTo(before);
      assertThat(optimiser.steps()).isZero();
      assertThat(network.version()).isZero();
    }
  }

  @Test
  void aRestoredOptimiserGoesOnAsIfNothingHadHappened() {
    SmallNetwork shape = SmallNetwork.GPT2;
    TokenBatch batch = batch(shape);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(1);
        Network network = cuda.create(shape, parameters);
        Optimiser unbroken = network.optimiser(SETTINGS, GROUPS)) {
      addGradient(network, batch, 1);
      unbroken.update(1e-2);
      try (Parameters copy = network.parameters().copy();
          Network other = cuda.create(shape, copy);
          Optimiser resumed = other.optimiser(SETTINGS, GROUPS)) {
        resumed.moments().assign(unbroken.moments());
        resumed.restore(unbroken.steps());
        INDArray gradient = other.gradients().flat();
        gradient.assign(network.gradients().flat());
        other.gradients().changed();
        resumed.update(1e-2);
        unbroken.update(1e-2);
        assertThat(other.score(batch).outputs()).isEqualTo(network.score(batch).outputs());
      }
    }
  }

  @Test
  void aRateOrACountBelowZeroIsRefused() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SmallNetwork.LLAMA.randomParameters(1);
        Network network = cuda.create(SmallNetwork.LLAMA, parameters);
        Optimiser optimiser = network.optimiser(SETTINGS, List.of())) {
      assertThatThrownBy(() -> optimiser.update(-1))
          .hasMessage("learning rate is -1.0: it must be at least 0");
      assertThatThrownBy(() -> optimiser.restore(-1))
          .hasMessage("steps is -1: it must be at least 0");
    }
  }
}
