package org.align4j.cuda.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.List;
import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Divergence;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NetworkMemory;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.plan.Batches;
import org.align4j.core.plan.SmallNetwork;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.cuda.kernel.DeviceMatrix;
import org.align4j.cuda.kernel.Form;
import org.align4j.cuda.kernel.Weight;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CudaNetworkTest {

  private static final SmallNetwork SHAPE = SmallNetwork.LLAMA;

  private static final TokenBatch BATCH =
      Batches.shared(Batches.groups(new Random(1), SHAPE.vocabulary(), 3, 30), 1f);

  private static void step(Network network, Optimiser optimiser) {
    network.gradients().zero();
    float[] coefficients = network.forward(BATCH).outputs();
    network.backward(coefficients, null);
    optimiser.update(1e-3);
  }

  @Test
  void aStepCopiesTokensCoefficientsAndResultsAndAllocatesNothing() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters);
        Optimiser optimiser = network.optimiser(AdamWSettings.DEFAULT, List.of())) {
      step(network, optimiser);
      cuda.device().takeReadBytes();
      cuda.device().takeWrittenBytes();
      int allocations = cuda.device().allocations();
      step(network, optimiser);
      int tokens = BATCH.tokens().length;
      int labels = BATCH.rows().length;
      // Log-prob, entropy and log-sum-exp of each label, and the norm.
      long partials = Double.BYTES * Math.ceilDiv(parameters.size(), 1L << 16);
      assertThat(cuda.device().takeReadBytes()).isEqualTo(3L * Float.BYTES * labels + partials);
      // Token, position and its place among its equals; row, label, three coefficients and a place.
      assertThat(cuda.device().takeWrittenBytes())
          .isLessThan(Integer.BYTES * (10L * tokens + 12L * labels));
      assertThat(cuda.device().allocations()).isEqualTo(allocations);
    }
  }

  /** Two layers between an embedding and a norm; the head gathers, has three a slice group, two. */
  @Test
  void launchesAreCounted() {
    TokenBatch batch = Batches.separate(Batches.groups(new Random(2), 64, 2, 20), 1f);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters)) {
      float[] coefficients = network.forward(batch).outputs();
      assertThat(cuda.device().launchCount()).isEqualTo(1 + 2 * 15 + 1 + 1 + 3 + 2);
      cuda.device().launches().clear();
      network.backward(coefficients, null);
      // The hidden states once more, their gradient's zeros; the head: gather, logits, gradient,
      // two
      // products, rows.
      assertThat(cuda.device().launchCount()).isEqualTo(2 + 6 + 2 + 2 * 27 + 1);
    }
  }

  @Test
  void parametersComeToTheHostWhenSomebodyAsksForThem() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Parameters before = parameters.copy();
        Network network = cuda.create(SHAPE, parameters);
        Optimiser optimiser = network.optimiser(AdamWSettings.DEFAULT, List.of())) {
      step(network, optimiser);
      assertThat(parameters.get("norm")).isEqualTo(before.get("norm"));
      cuda.device().takeReadBytes();
      assertThat(network.parameters().get("norm")).isNotEqualTo(before.get("norm"));
      assertThat(cuda.device().takeReadBytes()).isEqualTo(Float.BYTES * parameters.size());
      network.parameters();
      assertThat(cuda.device().takeReadBytes()).isZero();
    }
  }

  @Test
  void writtenParametersAreComputedWithOnceTheNetworkIsTold() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SmallNetwork.GEMMA.randomParameters(1);
        Parameters others = SmallNetwork.GEMMA.randomParameters(2);
        Network network = cuda.create(SmallNetwork.GEMMA, parameters);
        Network other = cuda.create(SmallNetwork.GEMMA, others)) {
      TokenBatch batch =
          Batches.shared(Batches.groups(new Random(1), SmallNetwork.GEMMA.vocabulary(), 2, 20), 1f);
      assertThat(network.score(batch).outputs()).isNotEqualTo(other.score(batch).outputs());
      network.parameters().assign(others);
      network.parametersChanged();
      assertThat(network.score(batch).outputs()).isEqualTo(other.score(batch).outputs());
      assertThat(network.version()).isOne();
    }
  }

  @Test
  void gradientsComeToTheHostWhenSomebodyAsksForThemAndGoBackWhenToldSo() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters)) {
      network.forward(BATCH);
      network.backward(Batches.coefficients(new Random(1), BATCH.rows().length), null);
      float[] once = network.gradients().flat().toFloatVector();
      network.gradients().flat().muli(2);
      network.gradients().changed();
      network.forward(BATCH);
      network.backward(Batches.coefficients(new Random(1), BATCH.rows().length), null);
      float[] thrice = network.gradients().flat().toFloatVector();
      int largest = 0;
      for (int i = 0; i < once.length; i++) {
        largest = Math.abs(once[i]) > Math.abs(once[largest]) ? i : largest;
      }
      assertThat(thrice[largest] / once[largest]).isCloseTo(3f, offset(1e-4f));
      network.gradients().zero();
      assertThat(network.gradients().flat().toFloatVector()).containsOnly(0f);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClosedNetworkGivesAllMemoryBack(SmallNetwork shape) {
    TokenBatch batch = Batches.shared(Batches.groups(new Random(1), shape.vocabulary(), 2, 20), 1f);
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = shape.randomParameters(1)) {
      try (Network network = cuda.create(shape, parameters);
          Optimiser optimiser = network.optimiser(AdamWSettings.DEFAULT, List.of())) {
        network.score(batch);
        network.forward(batch);
        float[] coefficients = Batches.coefficients(new Random(1), batch.rows().length);
        coefficients[0] = 0;
        network.backward(coefficients, null);
        optimiser.update(1e-3);
        network.hidden(batch);
        if (!shape.scalar()) {
          try (Parameters others = shape.randomParameters(2);
              Network teacher = cuda.create(shape, others)) {
            network.distill(batch, teacher, Divergence.FORWARD, coefficients);
          }
        }
      }
      assertThat(cuda.device().liveBytes()).isZero();
    }
  }

  @Test
  void aFrozenNetworkScoresWithoutItsHostArrays() {
    try (CudaOnFake cuda = new CudaOnFake()) {
      Parameters parameters = SHAPE.randomParameters(1);
      try (Network network = cuda.create(SHAPE, parameters)) {
        float[] expected = network.score(BATCH).outputs();
        network.freeze();
        assertThat(parameters.get("embed").wasClosed()).isTrue();
        assertThat(network.score(BATCH).outputs()).isEqualTo(expected);
        assertThatThrownBy(() -> network.forward(BATCH)).hasMessageContaining("frozen");
        assertThatThrownBy(network::gradients).hasMessageContaining("frozen");
      }
    }
  }

  @Test
  void eachForwardAllowsOneBackward() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters)) {
      float[] coefficients = new float[BATCH.rows().length];
      assertThatThrownBy(() -> network.backward(coefficients, null))
          .hasMessageContaining("backward without forward");
      network.forward(BATCH);
      assertThatThrownBy(() -> network.backward(new float[1], null))
          .hasMessageContaining("coefficients [1]");
      network.backward(coefficients, null);
      assertThatThrownBy(() -> network.backward(coefficients, null))
          .hasMessageContaining("backward without forward");
      network.forward(BATCH);
      network.parametersChanged();
      assertThatThrownBy(() -> network.backward(coefficients, null))
          .hasMessageContaining("none once the parameters have changed");
    }
  }

  @Test
  void everyPrecisionIsOfThisEngineAndOnlyOneOfThePlans() {
    assertThat(new CudaEngine().precisions()).containsExactly(Precision.values());
    assertThatThrownBy(() -> Engine.PLAN.checkPrecision(Precision.BF16))
        .hasMessage(
            "precision bf16 is not one of engine plan, which computes in fp32: take engine cuda, or"
                + " leave it out");
  }

  @Test
  void theEngineIsFoundByItsName() {
    assertThat(Engine.of("cuda").name()).isEqualTo("cuda");
    assertThat(Engine.of("cuda").ratioTolerance()).isZero();
  }

  /**
   * Products of 2,048 rows and columns are large on every card; a depth of 8 keeps this one short.
   */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void largeProductsKeepTheirFactorsInBfloat16WhereTheNetworkComputesInIt(Precision precision) {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        Network network = cuda.create(SHAPE, parameters, Resources.shared().with(precision))) {
      DeviceMatrix a = zeros(cuda, 2048, 8);
      DeviceMatrix b = zeros(cuda, 2048, 8);
      DeviceMatrix c = zeros(cuda, 2048, 2048);
      cuda.device().launches().clear();
      cuda.gpu()
          .kernels()
          .products()
          .product(
              Form.NT, network.resources().precision(), a, Weight.of(b), 0, c, c.rows(), false);
      assertThat(cuda.device().launches().containsKey("product_nt_bf16_narrow"))
          .isEqualTo(precision == Precision.BF16);
    }
  }

  private static DeviceMatrix zeros(CudaOnFake cuda, int rows, int columns) {
    long address = cuda.device().allocate((long) Float.BYTES * rows * columns);
    cuda.device().fill(address, 0, (long) rows * columns);
    return DeviceMatrix.dense(address, rows, columns);
  }

  @Test
  void memoryIsToldBeforeItIsUsed() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1)) {
      int tokens = BATCH.tokens().length;
      NetworkMemory told =
          cuda.engine()
              .memory(SHAPE, name -> true, Resources.shared())
              .of(new Passes(tokens, tokens, 0));
      try (Network network = cuda.create(SHAPE, parameters);
          Optimiser optimiser = network.optimiser(AdamWSettings.DEFAULT, List.of())) {
        step(network, optimiser);
        network.score(BATCH);
        assertThat(told.weights()).isEqualTo(Float.BYTES * parameters.size());
        assertThat(told.moments()).isEqualTo(2 * Float.BYTES * parameters.size());
        // Tokens and coefficients come on top: a few ints of each.
        assertThat(cuda.device().liveBytes()).isLessThan(told.total() + 100L * tokens + 8192);
      }
      assertThat(
              cuda.engine()
                  .memory(SHAPE, name -> true, Resources.shared())
                  .of(new Passes(tokens, 0, 4))
                  .gradients())
          .isZero();
    }
  }

  @Test
  void aPassIsTheSameWhenItIsRecordedAndRunAgain() {
    try (CudaOnFake cuda = new CudaOnFake();
        Parameters parameters = SHAPE.randomParameters(1);
        RecordedPass pass = new RecordedPass(cuda.device(), SHAPE, parameters)) {
      assertThat(pass.again(BATCH)).isEqualTo(pass.now(BATCH));
    }
  }
}
