package org.align4j.algorithms.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.algorithms.advantage.estimator.Gae;
import org.align4j.algorithms.advantage.estimator.Grpo;
import org.align4j.algorithms.advantage.estimator.ReMax;
import org.align4j.algorithms.advantage.estimator.ReinforcePlusPlus;
import org.align4j.algorithms.convention.Convention;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Each mistake gets one sentence with the field and both sides. */
class ExperienceTest {

  private static final Experience GOOD = Rollouts.random(1, 4, 6).experience();

  private static INDArray zeros(long... shape) {
    return Nd4j.zeros(DataType.DOUBLE, shape);
  }

  private static INDArray rewards(double last) {
    return Nd4j.createFromArray(1.0, 2.0, 3.0, last);
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void columnsMustMatchTheMask() {
    INDArray wide = zeros(4, 7);
    INDArray mask = GOOD.responseMask();
    String rest = " [4, 7] do not match response mask [4, 6]: pass the mask of the same rollout";
    refuses(
        () -> Experience.of(mask, wide, null, GOOD.rewards(), GOOD.groups()), "log-probs" + rest);
    refuses(
        () -> Experience.of(mask, GOOD.logProbs(), wide, GOOD.rewards(), GOOD.groups()),
        "reference log-probs" + rest);
    refuses(() -> GOOD.withValues(wide), "values" + rest);
    refuses(() -> GOOD.withRolloutLogProbs(wide), "rollout log-probs" + rest);
    refuses(() -> GOOD.withTokens(wide), "tokens" + rest);
  }

  @Test
  void scoresMustBeOnePerRow() {
    String rest = " do not match response mask [4, 6]: pass one score per row";
    refuses(() -> GOOD.withRewards(zeros(3)), "rewards [3]" + rest);
    refuses(() -> GOOD.withRewards(zeros(4, 1)), "rewards [4, 1]" + rest);
    refuses(() -> GOOD.withGreedyRewards(zeros(5)), "greedy rewards [5]" + rest);
  }

  @Test
  void rewardsMustBeFinite() {
    String rest =
        " have a NaN or infinite value: make the reward function answer a finite number for every"
            + " sample";
    for (double bad :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      refuses(() -> GOOD.withRewards(rewards(bad)), "rewards" + rest);
      refuses(() -> GOOD.withGreedyRewards(rewards(bad)), "greedy rewards" + rest);
    }
  }

  @Test
  void modelOutputsMustBeFinite() {
    INDArray bad = GOOD.logProbs().dup();
    bad.putScalar(new int[] {2, 0}, Double.NaN);
    String rest = " have a NaN or infinite value: check the model that scored them";
    refuses(
        () -> Experience.of(GOOD.responseMask(), bad, null, GOOD.rewards(), GOOD.groups()),
        "log-probs" + rest);
    refuses(
        () ->
            Experience.of(GOOD.responseMask(), GOOD.logProbs(), bad, GOOD.rewards(), GOOD.groups()),
        "reference log-probs" + rest);
    refuses(() -> GOOD.withValues(bad), "values" + rest);
    refuses(() -> GOOD.withRolloutLogProbs(bad), "rollout log-probs" + rest);
  }

  @Test
  void aMaskNeedsAResponseTokenAndOnlyZerosAndOnes() {
    refuses(
        () -> Experience.of(zeros(2, 3), zeros(2, 3), null, zeros(2), Groups.of(0, 1)),
        "response mask [2, 3] has no response token: drop the batch");
    refuses(
        () -> Experience.of(zeros(3), zeros(3), null, zeros(3), Groups.of(0, 1, 2)),
        "response mask is [3]: it must be [B,T]");
    refuses(
        () ->
            Experience.of(
                Nd4j.createFromArray(new double[][] {{1, 0.5}}),
                zeros(1, 2),
                null,
                zeros(1),
                Groups.of(0)),
        "response mask has values other than 0 and 1: pass 1 at tokens the policy produced");
  }

  @Test
  void groupsMustMatchRowsAndSamplesPerPrompt() {
    refuses(
        () ->
            Experience.of(
                GOOD.responseMask(), GOOD.logProbs(), null, GOOD.rewards(), Groups.of(0, 1)),
        "groups [2] do not match response mask [4, 6]: give each row the number of its prompt");
    refuses(Groups::of, "group is empty: give each sample the number of its prompt");
    refuses(
        () -> Groups.of(3, 4, 3, 3).requireSize(3),
        "group 4 has 1 samples, samplesPerPrompt is 3: keep all samples of a prompt in one batch");
    Experience uneven =
        Experience.of(
            GOOD.responseMask(), GOOD.logProbs(), null, GOOD.rewards(), Groups.of(5, 5, 5, 9));
    refuses(
        () ->
            new Grpo()
                .estimate(
                    uneven, AdvantageSettings.of(Convention.OPENRLHF).withSamplesPerPrompt(2)),
        "group 5 has 3 samples, samplesPerPrompt is 2: keep all samples of a prompt in one batch");
  }

  @Test
  void groupsOfTheRightSizeAreAccepted() {
    Groups groups = Groups.consecutive(2, 3);
    assertThat(groups.ids().toArray()).containsExactly(0, 0, 0, 1, 1, 1);
    groups.requireSize(3);
    assertThat(groups.samples()).isEqualTo(6);
  }

  @Test
  void whatAnEstimatorNeedsMustBeThere() {
    Experience bare =
        Experience.of(GOOD.responseMask(), GOOD.logProbs(), null, GOOD.rewards(), GOOD.groups());
    AdvantageSettings settings = AdvantageSettings.of(Convention.OPENRLHF);
    assertThatThrownBy(() -> new Gae().estimate(bare, settings))
        .hasMessage("values are missing: gae needs a critic");
    assertThatThrownBy(() -> new ReMax().estimate(bare, settings))
        .hasMessage("greedy rewards are missing: remax scores a greedy sample of each prompt");
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    AdvantageSettings good = AdvantageSettings.of(Convention.OPENRLHF);
    refuses(() -> good.withGamma(0), "gamma is 0.0: it must be in (0, 1]");
    refuses(() -> good.withGamma(1.1), "gamma is 1.1: it must be in (0, 1]");
    refuses(() -> good.withLambda(-0.1), "lambda is -0.1: it must be in [0, 1]");
    refuses(() -> good.withLambda(1.1), "lambda is 1.1: it must be in [0, 1]");
    refuses(() -> good.withKlCoefficient(-1), "klCoefficient is -1.0: it must be at least 0");
    refuses(
        () -> good.withKlCoefficient(Double.POSITIVE_INFINITY),
        "klCoefficient is Infinity: it must be at least 0");
    refuses(
        () -> good.withRewardClip(1, 1),
        "rewardClipLow is 1.0: it must be below rewardClipHigh (1.0)");
    refuses(
        () -> good.withSamplesPerPrompt(-1),
        "samplesPerPrompt is -1: it must be at least 1, or 0 for any");
  }

  @Test
  void anUnknownNameIsAnsweredWithTheNearest() {
    assertThatThrownBy(() -> AdvantageEstimator.registry().get("grop"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "unknown advantage estimator grop; did you mean grpo? Known: batch-mean, dr-grpo,");
  }

  @Test
  void aWhitenedBatchOfOneTokenIsRefusedWhereTheVarianceNeedsTwo() {
    Experience one =
        Experience.of(Nd4j.ones(DataType.DOUBLE, 1, 1), zeros(1, 1), null, zeros(1), Groups.of(0));
    refuses(
        () -> new ReinforcePlusPlus().estimate(one, AdvantageSettings.of(Convention.VERL)),
        "mask [1, 1] has 1.0 ones: a variance with ddof 1 needs at least 2");
    assertThat(
            new ReinforcePlusPlus()
                .estimate(one, AdvantageSettings.of(Convention.OPENRLHF))
                .advantages()
                .getDouble(0, 0))
        .isZero();
  }
}
