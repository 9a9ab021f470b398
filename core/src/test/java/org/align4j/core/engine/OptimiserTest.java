package org.align4j.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.optim.AdamW;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.plan.Batches;
import org.align4j.core.plan.SmallNetwork;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The optimiser that a network makes. */
class OptimiserTest {

  private static final AdamWSettings SETTINGS = AdamWSettings.DEFAULT.withLearningRate(1e-2);

  static Stream<Engine> engines() {
    return Stream.of(Engine.PLAN, Engine.SAMEDIFF);
  }

  private static final TokenBatch BATCH =
      Batches.shared(Batches.groups(new Random(3), SmallNetwork.LLAMA.vocabulary(), 2, 20), 1f);

  private static void addGradient(Network network) {
    float[] coefficients = new float[BATCH.rows().length];
    Arrays.fill(coefficients, 1f);
    network.forward(BATCH);
    network.backward(coefficients, null);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void anUpdateIsAdamWOfTheGradientsAndTheNetworkComputesWithIt(Engine engine) {
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(1);
        Parameters expected = parameters.copy();
        Network network = engine.create(SmallNetwork.LLAMA, parameters);
        Network fresh = engine.create(SmallNetwork.LLAMA, expected);
        AdamW adamW = new AdamW(expected, SETTINGS);
        Optimiser optimiser = network.optimiser(SETTINGS, List.of())) {
      addGradient(network);
      addGradient(fresh);
      optimiser.update(1e-2);
      adamW.update(fresh.gradients());
      fresh.parametersChanged();
      assertThat(network.score(BATCH).outputs()).isEqualTo(fresh.score(BATCH).outputs());
      assertThat(optimiser.moments().get("first")).isEqualTo(adamW.firstMoment());
      assertThat(optimiser.steps()).isOne();
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aRestoredOptimiserGoesOnAsIfNothingHadHappened(Engine engine) {
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(1);
        Network network = engine.create(SmallNetwork.LLAMA, parameters);
        Optimiser unbroken = network.optimiser(SETTINGS, List.of())) {
      addGradient(network);
      unbroken.update(1e-2);
      try (Parameters copy = parameters.copy();
          Network other = engine.create(SmallNetwork.LLAMA, copy);
          Optimiser resumed = other.optimiser(SETTINGS, List.of())) {
        resumed.moments().assign(unbroken.moments());
        resumed.restore(unbroken.steps());
        other.gradients().flat().assign(network.gradients().flat());
        resumed.update(1e-2);
        unbroken.update(1e-2);
        for (String name : copy.names()) {
          assertThat(copy.get(name)).isEqualTo(parameters.get(name));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aCountBelowZeroIsRefused(Engine engine) {
    try (Parameters parameters = SmallNetwork.LLAMA.randomParameters(1);
        Network network = engine.create(SmallNetwork.LLAMA, parameters);
        Optimiser optimiser = network.optimiser(SETTINGS, List.of())) {
      assertThatThrownBy(() -> optimiser.restore(-1))
          .hasMessage("steps is -1: it must be at least 0");
    }
  }
}
