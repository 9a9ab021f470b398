package org.align4j.algorithms.train.experience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.settings.RlSettings;
import org.junit.jupiter.api.Test;

/** An algorithm is trained as the table of its convention has it. */
class ResolvedAlgorithmTest {

  private static ResolvedAlgorithm resolved(String algorithm, String convention) {
    return ResolvedAlgorithm.of(
        RlSettings.arithmetic()
            .with("algorithm", algorithm)
            .with("convention", convention)
            .with("kl.coefficient", "0.04"));
  }

  @Test
  void reinforcePlusPlusHasItsKlInTheReward() {
    ResolvedAlgorithm resolved = resolved("reinforce++", "openrlhf");
    assertThat(resolved.advantage(0.03).klCoefficient()).isEqualTo(0.03);
    assertThat(resolved.objective().settings().klCoefficient()).isZero();
  }

  @Test
  void grpoHasItsKlInTheLossAsK3() {
    ResolvedAlgorithm resolved = resolved("grpo", "trl");
    assertThat(resolved.advantage(0.03).klCoefficient()).isZero();
    assertThat(resolved.objective().settings().klCoefficient()).isEqualTo(0.04);
    assertThat(resolved.objective().settings().klEstimator()).isEqualTo("k3");
  }

  @Test
  void doctorGrpoUnderTrlSumsOverAConstantLength() {
    assertThat(resolved("dr-grpo", "trl").objective().settings().aggregation())
        .isEqualTo(Aggregation.SEQ_MEAN_TOKEN_SUM_OVER_MAX_LENGTH);
  }

  /** verl's name for a sum over a length, which until 0.7.0 was not divided by the rows. */
  @Test
  void doctorGrpoUnderVerlIsDividedByRowsSinceVersionEight() {
    assertThat(resolved("dr-grpo", "verl").objective().settings().aggregation())
        .isEqualTo(Aggregation.SEQ_MEAN_TOKEN_SUM_NORM);
    assertThat(resolved("dr-grpo", "verl-0.7").objective().settings().aggregation())
        .isEqualTo(Aggregation.TOKEN_SUM_OVER_LENGTH);
  }

  /** The trainer has one entropy: that of the policy as it samples. */
  @Test
  void anEntropyBonusAtAnotherTemperatureIsRefusedWhereTheConventionHasItAtOne() {
    RlSettings bonus =
        RlSettings.arithmetic()
            .withObjective(o -> o.withEntropyCoefficient(0.01))
            .with("rollout.temperature", "0.7");
    assertThatThrownBy(() -> ResolvedAlgorithm.of(bonus.withConvention("openrlhf-0.11.0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("objective.entropyCoefficient is 0.01 and rollout.temperature 0.7")
        .hasMessageContaining("openrlhf-0.11.2");
    assertThat(ResolvedAlgorithm.of(bonus).objective().settings().entropyCoefficient())
        .isEqualTo(0.01);
    assertThat(
            ResolvedAlgorithm.of(
                    bonus.with("rollout.temperature", "1").withConvention("openrlhf-0.11.0"))
                .objective()
                .settings()
                .entropyCoefficient())
        .isEqualTo(0.01);
  }

  /** TRL took its PPO out; a run under the plain name goes on and is told whose rules it has. */
  @Test
  void ppoUnderTrlGoesOnByTheRulesOfTheLastVersionThatHadItAndSaysSo() {
    RlSettings ppo = RlSettings.arithmetic().withAlgorithm("ppo");
    assertThat(ResolvedAlgorithm.note(ppo.withConvention("trl")))
        .hasValueSatisfying(note -> assertThat(note).contains("trl-1.16", "rules of trl-1.10"));
    assertThat(ResolvedAlgorithm.note(ppo.withConvention("trl-1.10"))).isEmpty();
    assertThat(ResolvedAlgorithm.note(ppo.withConvention("trl").withAlgorithm("grpo"))).isEmpty();
    assertThat(ResolvedAlgorithm.of(ppo.withConvention("trl")).valueLoss())
        .isEqualTo(ResolvedAlgorithm.of(ppo.withConvention("trl-1.10")).valueLoss());
  }

  /** Its advantages are all 0: TRL refuses it too ("at least 2 generations"). */
  @Test
  void oneSampleOfAPromptIsRefusedWhereSamplesAreCompared() {
    for (Algorithm algorithm : Algorithm.ALL) {
      RlSettings settings =
          RlSettings.arithmetic()
              .withAlgorithm(algorithm.name())
              .withRollout(r -> r.withSamples(1));
      if (algorithm.needsGroups()) {
        assertThatThrownBy(() -> ResolvedAlgorithm.of(settings))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("rollout.samples is 1: " + algorithm.name() + " compares")
            .hasMessageContaining("take 2 or more");
      } else {
        assertThat(ResolvedAlgorithm.of(settings).algorithm()).isEqualTo(algorithm);
      }
    }
  }

  @Test
  void oneSampleOfAPromptIsRefusedWhereUniformGroupsAreDropped() {
    RlSettings settings =
        RlSettings.arithmetic()
            .withRewards(r -> r.withFilterGroups(true))
            .withRollout(r -> r.withSamples(1));
    assertThatThrownBy(() -> ResolvedAlgorithm.of(settings))
        .hasMessageContaining("rollout.samples is 1: rewards.filterGroups");
  }

  @Test
  void anAdaptiveCoefficientIsRefusedWhereTheKlIsInTheLoss() {
    RlSettings settings =
        RlSettings.arithmetic().with("algorithm", "grpo").with("kl.target", "0.1");
    assertThatThrownBy(() -> ResolvedAlgorithm.of(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kl.target is 0.1")
        .hasMessageContaining("grpo");
  }
}
