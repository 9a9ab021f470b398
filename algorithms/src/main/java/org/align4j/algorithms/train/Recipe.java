package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.kl.KlController;
import org.align4j.algorithms.kl.KlEstimator;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.PolicyObjective;
import org.align4j.algorithms.loss.ValueLoss;
import org.align4j.algorithms.registry.Registry;

/**
 * Settings turned into the parts they name. Making one checks every name before any work.
 *
 * @param algorithm what the estimator needs of the trainer
 * @param estimator of advantages
 * @param advantage its settings, with the first β
 * @param objective of the policy
 * @param valueLoss of the critic
 */
public record Recipe(
    Algorithm algorithm,
    AdvantageEstimator estimator,
    AdvantageSettings advantage,
    PolicyObjective objective,
    ValueLoss valueLoss) {

  /**
   * The parts that settings name.
   *
   * @throws IllegalArgumentException for an unknown name, with the nearest one
   */
  public static Recipe of(RlSettings settings) {
    Algorithm algorithm = algorithm(settings.algorithm());
    checkArgument(
        settings.samplesPerPrompt() > 1 || !algorithm.needsGroups(),
        "samplesPerPrompt is 1: %s compares the samples of one prompt, and one alone teaches it"
            + " nothing; take 2 or more, or an algorithm without groups such as reinforce++",
        algorithm.name());
    checkArgument(
        settings.samplesPerPrompt() > 1 || !settings.filterGroups(),
        "samplesPerPrompt is 1: filterGroups drops the prompts whose scores are all equal, and one"
            + " score always is; take 2 or more, or set filterGroups to false");
    Convention convention = Convention.of(settings.convention());
    Algorithm.Recipe under = algorithm.under(convention);
    boolean klInLoss = under.klPlace() == Algorithm.KlPlace.LOSS;
    checkArgument(
        !klInLoss || settings.klTarget() == 0,
        "klTarget is %s: %s under %s has its KL in the loss, where the coefficient is fixed; it must"
            + " be 0",
        settings.klTarget(),
        algorithm.name(),
        settings.convention());
    KlEstimator.registry().get(settings.klEstimator());
    AdvantageSettings advantage =
        AdvantageSettings.of(convention)
            .withGamma(settings.gamma())
            .withLambda(settings.lambda())
            .withKl(klInLoss ? 0 : settings.initKlCoef(), settings.klEstimator())
            .withRewardClip(-settings.rewardClip(), settings.rewardClip());
    String loss = settings.loss().isEmpty() ? algorithm.loss() : settings.loss();
    PolicyLossSettings defaults = PolicyLossSettings.of(convention);
    PolicyLossSettings policy =
        defaults
            .withClip(settings.epsClip(), settings.epsClipHigh())
            .withAggregation(under.aggregation(), settings.maxNewTokens())
            .withKl(
                klInLoss && settings.klLossCoef() == 0
                    ? settings.initKlCoef()
                    : settings.klLossCoef(),
                klInLoss ? under.klEstimator() : defaults.klEstimator())
            .withEntropyCoefficient(settings.entropyCoef());
    return new Recipe(
        algorithm,
        AdvantageEstimator.registry().get(algorithm.estimator()),
        advantage,
        new PolicyObjective(PolicyLoss.registry().get(loss), policy),
        new ValueLoss(settings.valueClip(), policy.aggregation(), settings.maxNewTokens()));
  }

  /** The estimator's settings with the β of this step; 0 where the KL is in the loss. */
  AdvantageSettings advantage(double beta) {
    return algorithm.under(advantage.convention()).klPlace() == Algorithm.KlPlace.LOSS
        ? advantage
        : advantage.withKlCoefficient(beta);
  }

  /** A known algorithm, or a registered estimator under the clipped loss. */
  private static Algorithm algorithm(String name) {
    Registry<AdvantageEstimator> estimators = AdvantageEstimator.registry();
    boolean known = Algorithm.ALL.stream().anyMatch(a -> a.name().equals(name));
    if (known || !estimators.names().contains(name)) {
      return Algorithm.of(name);
    }
    AdvantageEstimator estimator = estimators.get(name);
    return new Algorithm(
        name,
        name,
        "ppo-clip",
        estimator.needsValues(),
        estimator.needsGreedyRewards(),
        estimator.needsGroups());
  }

  /** How β starts and moves. */
  static KlController klController(RlSettings settings, double coefficient) {
    return settings.klTarget() > 0
        ? new KlController.Adaptive(coefficient, settings.klTarget(), settings.klHorizon())
        : new KlController.Fixed(coefficient);
  }
}
