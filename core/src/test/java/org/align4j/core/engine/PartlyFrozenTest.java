package org.align4j.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.plan.Batches;
import org.align4j.core.plan.SmallNetwork;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks of which some parameters are frozen, against the same network with none. */
class PartlyFrozenTest {

  /** A shape and which of its parameters are trained. */
  record Part(
      Engine engine,
      SmallNetwork shape,
      String trained,
      Predicate<String> picks,
      boolean recompute) {

    Part(Engine engine, SmallNetwork shape, String trained, Predicate<String> picks) {
      this(engine, shape, trained, picks, false);
    }

    /** The same whose partly frozen network recomputes activations. */
    Part recomputing() {
      return new Part(engine, shape, trained, picks, true);
    }

    Resources resources() {
      return recompute ? Resources.shared().withRecompute() : Resources.shared();
    }

    @Override
    public String toString() {
      return engine + " " + shape + " " + trained + (recompute ? " recomputing" : "");
    }
  }

  static Stream<Arguments> parts() {
    return Stream.of(Engine.PLAN, Engine.SAMEDIFF)
        .flatMap(engine ->
            Stream.of(SmallNetwork.values())
                .flatMap(shape -> {
                  var names = shape.parameterShapes().keySet().asList();
                  return Stream.of(
                      new Part(engine, shape, "the first", names.getFirst()::equals),
                      new Part(engine, shape, "the last", names.getLast()::equals),
                      new Part(engine, shape, "every third", n -> names.indexOf(n) % 3 == 0),
                      new Part(engine, shape, "every other", n -> names.indexOf(n) % 2 == 1),
                      new Part(
                          engine, shape, "the middle", n -> names.indexOf(n) == names.size() / 2));
                }))
        .flatMap(part ->
            part.engine().equals(Engine.PLAN)
                ? Stream.of(part, part.recomputing())
                : Stream.of(part))
        .map(Arguments::of);
  }

  private static Parameters some(Parameters all, Predicate<String> picks) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    all.names().stream().filter(picks).forEach(name -> arrays.put(name, all.get(name).dup()));
    return arrays.isEmpty() ? Parameters.none(DataType.FLOAT) : Parameters.of(arrays);
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
    Resources resources = part.resources();
    try (Parameters parameters = shape.randomParameters(2);
        Parameters trained = some(parameters, part.picks());
        FrozenWeights frozen =
            part.engine().freeze(some(parameters, part.picks().negate()), resources);
        Network whole = part.engine().create(shape, parameters);
        Network partly = part.engine().create(shape, trained, frozen, resources)) {
      assertThat(partly.forward(batch).outputs()).isEqualTo(whole.forward(batch).outputs());
      partly.backward(coefficients, null);
      whole.backward(coefficients, null);
      assertThat(partly.parameters().names()).containsExactlyElementsOf(trained.names());
      for (String name : trained.names()) {
        assertThat(partly.gradients().get(name).reshape(-1).toFloatVector())
            .as(name)
            .isEqualTo(whole.gradients().get(name).reshape(-1).toFloatVector());
      }
    }
  }

  static Stream<Engine> engines() {
    return Stream.of(Engine.PLAN, Engine.SAMEDIFF);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aNetworkThatTrainsNothingScoresAndSharesItsWeights(Engine engine) {
    SmallNetwork shape = SmallNetwork.LLAMA;
    TokenBatch batch = batch(shape);
    Resources resources = Resources.shared();
    try (Parameters parameters = shape.randomParameters(2);
        Network whole = engine.create(shape, parameters);
        FrozenWeights frozen = engine.freeze(parameters.copy(), resources);
        Network one = engine.create(shape, Parameters.none(DataType.FLOAT), frozen, resources);
        Network two = engine.create(shape, Parameters.none(DataType.FLOAT), frozen, resources)) {
      assertThat(one.score(batch).outputs()).isEqualTo(whole.score(batch).outputs());
      assertThat(two.score(batch).outputs()).isEqualTo(whole.score(batch).outputs());
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void frozenWeightsOfAnotherEngineAreRefused(Engine engine) {
    Engine other = engine.equals(Engine.PLAN) ? Engine.SAMEDIFF : Engine.PLAN;
    Resources resources = Resources.shared();
    try (FrozenWeights frozen = other.freeze(SmallNetwork.LLAMA.randomParameters(1), resources)) {
      assertThatThrownBy(() ->
              engine.create(SmallNetwork.LLAMA, Parameters.none(DataType.FLOAT), frozen, resources))
          .hasMessageContaining("another engine's");
    }
  }
}
