package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.evaluation.Evaluation;
import org.align4j.algorithms.train.evaluation.Evaluator;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.api.Test;

class ArithmeticModelTest {

  /** Between 30 % and 60 %: something to start from and room to learn. */
  @Test
  void theWeightsThatComeAlongSolveAboutHalf() {
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
      assertThat(policy.parameters().size()).isBetween(900_000L, 1_100_000L);
      Evaluator evaluator =
          new Evaluator(policy.generator(128), ModelCodec.of(policy), Rewards.named("math"));
      Evaluation evaluation =
          evaluator.greedy(
              ArithmeticTask.heldOut(256), 256, RlSettings.arithmetic().rollout().maxNewTokens());
      assertThat(evaluation.accuracy().value()).isBetween(0.3, 0.6);
      assertThat(evaluation.verdicts()).doesNotContainKey("unparsable");
    }
  }
}
