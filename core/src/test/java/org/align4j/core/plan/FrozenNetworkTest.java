package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Decoder;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Scores;
import org.align4j.core.samediff.SameDiffNetwork;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A network that only scores and decodes from some point on, as a reference does. */
class FrozenNetworkTest {

  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void scoresAndDecodesWithTheSameBits(SmallNetwork shape) {
    TokenBatch batch =
        Batches.shared(Batches.groups(new Random(31), shape.vocabulary(), 3, 60), 0.9f);
    try (Parameters parameters = shape.randomParameters(32);
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      Scores before = network.score(batch);
      float[] logits = shape.scalar() ? new float[0] : logits(network);
      network.freeze();
      Scores after = network.score(batch);
      assertThat(after.outputs()).isEqualTo(before.outputs());
      assertThat(after.entropy()).isEqualTo(before.entropy());
      assertThat(shape.scalar() ? new float[0] : logits(network)).isEqualTo(logits);
    }
  }

  private static float[] logits(Network network) {
    try (Decoder decoder = network.decoder(1, 8)) {
      int[] slots = decoder.start(new int[] {3, 1, 4}, 1, 2);
      decoder.append(slots, new int[] {1});
      return decoder.logits(slots[0]);
    }
  }

  @Test
  void thePlanFreesWhatItHoldsPacked() {
    SmallNetwork shape = SmallNetwork.LLAMA;
    try (Parameters parameters = shape.randomParameters(33);
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      network.freeze();
      List<String> freed =
          parameters.names().stream().filter(name -> parameters.get(name).wasClosed()).toList();
      assertThat(freed)
          .isNotEmpty()
          .allMatch(name -> parameters.get(name).rank() == 2)
          .noneMatch(name -> name.contains("embed"));
      assertThat(parameters.names())
          .filteredOn(name -> !freed.contains(name))
          .allMatch(name -> name.contains("norm") || name.contains("embed"));
    }
  }

  @Test
  void bothEnginesRefuseToTrainIt() {
    SmallNetwork shape = SmallNetwork.LLAMA;
    TokenBatch batch =
        Batches.shared(Batches.groups(new Random(34), shape.vocabulary(), 1, 20), 1f);
    try (Parameters one = shape.randomParameters(35);
        Parameters other = shape.randomParameters(35);
        Network plan = PlanNetwork.create(shape, one);
        Network graph = SameDiffNetwork.create(shape, other)) {
      for (Network network : List.of(plan, graph)) {
        network.freeze();
        assertThatThrownBy(() -> network.forward(batch)).hasMessageContaining("is frozen");
        assertThatThrownBy(network::gradients).hasMessageContaining("is frozen");
        assertThatThrownBy(network::parametersChanged).hasMessageContaining("is frozen");
      }
    }
  }
}
