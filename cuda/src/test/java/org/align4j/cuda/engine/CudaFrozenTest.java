package org.align4j.cuda.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.plan.Batches;
import org.align4j.core.plan.SmallNetwork;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class CudaFrozenTest {

  record Part(SmallNetwork shape, String trained, Predicate<String> picks) {
    @Override
    public String toString() {
      return shape + " " + trained;
    }
  }

  static Stream<Part> parts() {
    return Stream.of(SmallNetwork.values())
        .flatMap(shape -> {
          List<String> names = shape.parameterShapes().keySet().asList();
          return Stream.of(
              new Part(shape, "the first", names.getFirst()::equals),
              new Part(shape, "the last", names.getLast()::equals),
              new Part(shape, "every third", n -> names.indexOf(n) % 3 == 0),
              new Part(shape, "every other", n -> names.indexOf(n) % 2 == 1));
        });
  }

  private static Parameters some(Parameters all, Predicate<String> picks) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    all.names().stream().filter(picks).forEach(name -> arrays.put(name, all.get(name).dup()));
    return Parameters.of(arrays);
  }

  private static TokenBatch batch(SmallNetwork shape) {
    return Batches.shared(Batches.groups(new Random(5), shape.vocabulary(), 3, 24), 1f);
  }

  @ParameterizedTest
  @MethodSource("parts")
  void gradientsOfTheTrainedAreThoseOfTheWholeNetworkToTheBit(Part part) {
    SmallNetwork shape = part.shape();
    TokenBatch batch = batch(shape);
    float[] coefficients = Batches.coefficients(new Random(7), batch.rows().length);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(2);
        Parameters trained = some(parameters, part.picks());
        FrozenWeights frozen = cuda.freeze(some(parameters, part.picks().negate()));
        Network whole = cuda.create(shape, parameters);
        Network partly = cuda.create(shape, trained, frozen)) {
      assertThat(partly.forward(batch).outputs()).isEqualTo(whole.forward(batch).outputs());
      partly.backward(coefficients, null);
      whole.backward(coefficients, null);
      for (String name : trained.names()) {
        assertThat(partly.gradients().get(name).reshape(-1).toFloatVector())
            .as(name)
            .isEqualTo(whole.gradients().get(name).reshape(-1).toFloatVector());
      }
    }
  }

  @Test
  void nothingBelowTheFirstTrainedOpIsBackPropagated() {
    SmallNetwork shape = SmallNetwork.LLAMA;
    TokenBatch batch = batch(shape);
    Predicate<String> last = name -> name.equals("layers.1.down");
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(2);
        Parameters trained = some(parameters, last);
        FrozenWeights frozen = cuda.freeze(some(parameters, last.negate()));
        Network partly = cuda.create(shape, trained, frozen);
        Optimiser optimiser = partly.optimiser(AdamWSettings.DEFAULT, List.of())) {
      partly.forward(batch);
      cuda.device().launches().clear();
      partly.backward(Batches.coefficients(new Random(7), batch.rows().length), null);
      // The product's weight alone, and the norm above it.
      assertThat(cuda.device().launches().keySet())
          .filteredOn(name -> name.startsWith("product_tn"))
          .hasSize(1);
      assertThat(cuda.device().launches())
          .containsEntry("rms_norm_gradient", 1)
          .doesNotContainKey("swiglu_gradient")
          .doesNotContainKey("rms_norm_weight_gradient");
      assertThat(optimiser.update(1e-3).applied()).isTrue();
      assertThat(optimiser.moments().get("first").length())
          .isEqualTo(parameters.get("layers.1.down").length());
    }
  }

  @Test
  void networksShareWhatIsFrozen() {
    SmallNetwork shape = SmallNetwork.BIASED;
    TokenBatch batch = batch(shape);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(2);
        Network whole = cuda.create(shape, parameters);
        FrozenWeights frozen = cuda.freeze(parameters.copy());
        Network one = cuda.create(shape, Parameters.none(DataType.FLOAT), frozen)) {
      assertThat(one.score(batch).outputs()).isEqualTo(whole.score(batch).outputs());
      cuda.device().takeWrittenBytes();
      try (Network two = cuda.create(shape, Parameters.none(DataType.FLOAT), frozen)) {
        assertThat(two.score(batch).outputs()).isEqualTo(whole.score(batch).outputs());
        // Rotary tables, tokens and labels: fewer than the weights.
        assertThat(cuda.device().takeWrittenBytes()).isLessThan(4 * frozen.size() / 2);
      }
    }
  }

  /** As an adapter has it: its sums, and the norms, learn over matrices that stay as they are. */
  @ParameterizedTest
  @EnumSource(names = {"LLAMA", "GPT2"})
  void weightsInBfloat16StaySoAndCountAsTheFloatsThatTheyAre(SmallNetwork shape) {
    TokenBatch batch = batch(shape);
    Predicate<String> norms = name -> name.contains("norm");
    float[] coefficients = Batches.coefficients(new Random(7), batch.rows().length);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(2);
        Parameters trained = some(parameters, norms);
        Parameters same = some(parameters, norms);
        FrozenWeights widened =
            Engine.PLAN.freeze(Bfloat16Weights.of(parameters, norms.negate()), Resources.shared());
        FrozenWeights frozen =
            cuda.engine()
                .freeze(Bfloat16Weights.of(parameters, norms.negate()), Resources.shared());
        Network plan = Engine.PLAN.create(shape, same, widened, Resources.shared());
        Network network = cuda.create(shape, trained, frozen)) {
      long bytes =
          cuda.engine()
              .frozenMemory(
                  shape, norms, Bfloat16Weights.of(parameters, norms.negate()), Resources.shared());
      assertThat(bytes).isLessThan(3 * frozen.size());
      assertThat(network.forward(batch).outputs()).isEqualTo(plan.forward(batch).outputs());
      network.backward(coefficients, null);
      plan.backward(coefficients, null);
      assertThat(network.gradients().flat().toFloatVector())
          .isEqualTo(plan.gradients().flat().toFloatVector());
    }
  }

  @Test
  void frozenWeightsOfAnotherEngineAreRefused() {
    Resources resources = Resources.shared();
    try (CudaOnFake cuda = new CudaOnFake();
        FrozenWeights frozen =
            Engine.PLAN.freeze(SmallNetwork.LLAMA.randomParameters(1), resources)) {
      assertThatThrownBy(
              () -> cuda.create(SmallNetwork.LLAMA, Parameters.none(DataType.FLOAT), frozen))
          .hasMessageContaining("another engine's");
    }
  }
}
