package org.align4j.algorithms.train.experience;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.advantage.estimator.TeacherAdvantage;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.convention.Algorithm.KlPlace;
import org.align4j.algorithms.convention.AlgorithmProvider;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.Convention.AdvantageRules;
import org.align4j.algorithms.kl.KlController;
import org.align4j.algorithms.kl.KlEstimator;
import org.align4j.algorithms.loss.EntropyController;
import org.align4j.algorithms.loss.LossOptions;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.loss.PolicyObjective;
import org.align4j.algorithms.loss.ValueLoss;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.algorithms.registry.Registry;
import org.align4j.algorithms.reward.shaping.RewardPipeline;
import org.align4j.algorithms.settings.EntropySettings;
import org.align4j.algorithms.settings.EstimatorSettings;
import org.align4j.algorithms.settings.KlSettings;
import org.align4j.algorithms.settings.ObjectiveSettings;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.core.registry.NearestName;

/**
 * Settings turned into the parts they name: what a user left open is what the convention says.
 * Making one checks every name before any work.
 *
 * @param algorithm what the estimator needs of the trainer
 * @param estimator of advantages
 * @param advantage its settings, with the first β
 * @param klPlace where the KL goes
 * @param objective of the policy
 * @param valueLoss of the critic
 */
public record ResolvedAlgorithm(
    Algorithm algorithm,
    AdvantageEstimator estimator,
    AdvantageSettings advantage,
    KlPlace klPlace,
    PolicyObjective objective,
    ValueLoss valueLoss) {

  /**
   * The parts that settings name.
   *
   * @throws IllegalArgumentException for an unknown name, with the nearest one
   */
  public static ResolvedAlgorithm of(RlSettings settings) {
    Algorithm algorithm = algorithm(settings.algorithm(), Convention.of(settings.convention()));
    int samples = settings.rollout().samples();
    checkArgument(
        samples > 1 || !algorithm.needsGroups(),
        "rollout.samples is %s: %s compares the samples of one prompt, and one alone teaches it"
            + " nothing; take 2 or more, or an algorithm without groups such as reinforce++",
        samples,
        algorithm.name());
    checkArgument(
        samples > 1 || !(settings.rewards().filterGroups() || settings.rollout().refill() > 0),
        "rollout.samples is %s: rewards.filterGroups and rollout.refill drop the prompts whose scores"
            + " are all equal, and one score always is; take 2 or more, or set them to false and 0",
        samples);
    checkArgument(
        settings.distillation().divergence().isEmpty() || algorithm.equals(Algorithm.DISTILLATION),
        "distillation.divergence is %s: algorithm %s learns from scores; take distillation, or leave it"
            + " open",
        settings.distillation().divergence().orElse(0),
        algorithm.name());
    Convention convention = convention(settings, algorithm);
    KlPlace place = settings.kl().place().orElse(algorithm.under(convention).klPlace());
    checkArgument(
        place == KlPlace.REWARD || settings.kl().target() == 0,
        "kl.target is %s: %s under %s has its KL in the loss, where the coefficient is fixed; it must"
            + " be 0",
        settings.kl().target(),
        algorithm.name(),
        settings.convention());
    AdvantageEstimator estimator =
        algorithm.equals(Algorithm.DISTILLATION)
            ? new TeacherAdvantage()
            : AdvantageEstimator.registry().get(algorithm.estimator());
    checkArgument(
        !estimator.needsParts()
            || new RewardPipeline(settings.rewards(), settings.rollout().maxNewTokens())
                .changesNothing(),
        "%s takes each reward as it was judged: leave rewards.lengthBuffer, rewards.truncation,"
            + " rewards.normalize, rewards.clip and rewards.scale at 0, 1, none, none and 1",
        algorithm.name());
    checkEntropy(settings, convention);
    PolicyLossSettings policy = policy(settings, algorithm, convention, place);
    String loss = settings.objective().loss().orElse(algorithm.loss());
    PolicyObjective objective = new PolicyObjective(PolicyLoss.registry().get(loss), policy);
    checkArgument(
        settings.update().gradientShards() == 1 || !objective.needsWholeBatch(),
        "update.gradientShards is %s: %s looks at the whole mini-batch at once; leave it 1",
        settings.update().gradientShards(),
        policy.options().topEntropy() < 1 ? "entropy.topShare" : "loss " + loss);
    return new ResolvedAlgorithm(
        algorithm,
        estimator,
        advantage(settings, algorithm, convention, place),
        place,
        objective,
        new ValueLoss(
            settings.critic().valueClip().orElse(convention.loss().valueClip()),
            policy.aggregation(),
            policy.constantLength()));
  }

  /** What the convention has to say of this algorithm before it runs. */
  public static Optional<String> note(RlSettings settings) {
    return Optional.ofNullable(
        Convention.of(settings.convention()).notes().get(settings.algorithm()));
  }

  /** The trainer's entropy is that of the policy as it samples. */
  private static void checkEntropy(RlSettings settings, Convention convention) {
    checkArgument(
        convention.loss().entropyAtTemperature()
            || settings.rollout().temperature() == 1
            || settings.objective().entropyCoefficient() == 0,
        "objective.entropyCoefficient is %s and rollout.temperature %s: %s takes the entropy at"
            + " temperature 1, here it is that of the policy as it samples; take openrlhf-0.11.2 or"
            + " newer, temperature 1, or no entropy bonus",
        settings.objective().entropyCoefficient(),
        settings.rollout().temperature(),
        convention.version());
  }

  /** The convention, with what the user says in its place. */
  private static Convention convention(RlSettings settings, Algorithm algorithm) {
    Convention convention = Convention.of(settings.convention());
    EstimatorSettings advantage = settings.advantage();
    AdvantageRules rules = convention.advantage();
    if (advantage.whiten().isPresent()) {
      rules = rules.withWhitening(algorithm.estimator(), advantage.whiten().get());
    }
    return convention.withAdvantage(
        rules.withGroupEpsilon(advantage.groupEpsilon().orElse(rules.groupEpsilon())));
  }

  private static AdvantageSettings advantage(
      RlSettings settings, Algorithm algorithm, Convention convention, KlPlace place) {
    KlSettings kl = settings.kl();
    Algorithm.Recipe under = algorithm.under(convention);
    String usual = under.klPlace() == KlPlace.REWARD ? under.klEstimator() : "k1";
    String estimator = KlEstimator.registry().get(kl.estimator().orElse(usual)).name();
    AdvantageSettings advantage =
        AdvantageSettings.of(convention)
            .withGamma(settings.advantage().gamma())
            .withLambda(settings.advantage().lambda().orElse(convention.advantage().lambda()))
            .withKl(place == KlPlace.LOSS ? 0 : kl.coefficient(), estimator);
    return settings.advantage().scoreClip().isEmpty()
        ? advantage
        : advantage.withRewardClip(
            -settings.advantage().scoreClip().getAsDouble(),
            settings.advantage().scoreClip().getAsDouble());
  }

  private static PolicyLossSettings policy(
      RlSettings settings, Algorithm algorithm, Convention convention, KlPlace place) {
    KlSettings kl = settings.kl();
    ObjectiveSettings objective = settings.objective();
    Algorithm.Recipe under = algorithm.under(convention);
    PolicyLossSettings defaults = PolicyLossSettings.of(convention);
    String usual = under.klPlace() == KlPlace.LOSS ? under.klEstimator() : defaults.klEstimator();
    return defaults
        .withClip(objective.clipLow(), objective.clipHigh())
        .withDualClip(objective.dualClip().orElse(convention.loss().dualClip()))
        .withAggregation(
            convention.loss().meaning(objective.aggregation().orElse(under.aggregation())),
            settings.rollout().maxNewTokens())
        .withKl(
            kl.lossCoefficient().orElse(place == KlPlace.LOSS ? kl.coefficient() : 0),
            KlEstimator.registry().get(kl.lossEstimator().orElse(usual)).name())
        .withEntropyCoefficient(objective.entropyCoefficient())
        .withOffPolicy(settings.offPolicy().over(algorithm.offPolicy()))
        .withOptions(
            LossOptions.DEFAULT
                .withSurrogate(settings.surrogate().options())
                .withKlWeighting(kl.weighting().orElse(convention.loss().klWeighting()))
                .withTopEntropy(settings.entropy().topShare())
                .withPositiveNll(objective.positiveNll()));
  }

  /** The estimator's settings with the β of this step; 0 where the KL is in the loss. */
  AdvantageSettings advantage(double beta) {
    return klPlace == KlPlace.LOSS ? advantage : advantage.withKlCoefficient(beta);
  }

  /** A known algorithm, a registered one, or a registered estimator under the clipped loss. */
  private static Algorithm algorithm(String name, Convention convention) {
    Registry<AdvantageEstimator> estimators = AdvantageEstimator.registry();
    Registry<AlgorithmProvider> providers = AlgorithmProvider.registry();
    boolean known = Algorithm.ALL.stream().anyMatch(a -> a.name().equals(name));
    if (providers.names().contains(name)) {
      AlgorithmProvider own = providers.get(name);
      checkArgument(
          !known,
          "%s registers an algorithm %s, which this library has: give it another name",
          own.getClass().getName(),
          name);
      return composed(
          name,
          estimators.get(said(name, "estimator", own::estimator)),
          said(name, "loss", own::loss),
          said(name, "recipe", () -> own.recipe(convention)));
    }
    if (known || name.equals(Algorithm.DISTILLATION.name())) {
      return Algorithm.of(name);
    }
    if (estimators.names().contains(name)) {
      return composed(name, estimators.get(name), "ppo-clip", Optional.empty());
    }
    ImmutableSortedSet.Builder<String> names = ImmutableSortedSet.naturalOrder();
    Algorithm.ALL.forEach(a -> names.add(a.name()));
    throw new IllegalArgumentException(
        NearestName.unknown(
            "algorithm", name, names.addAll(estimators.names()).addAll(providers.names()).build()));
  }

  private static <R> R said(String name, String method, ExtensionException.Call<R> call) {
    return ExtensionException.guard("algorithm", name, "'s " + method + "()", call);
  }

  private static Algorithm composed(
      String name, AdvantageEstimator estimator, String loss, Optional<Algorithm.Recipe> recipe) {
    return new Algorithm(
        name,
        estimator.name(),
        loss,
        estimator.needsValues(),
        estimator.needsGreedyRewards(),
        estimator.needsGroups(),
        recipe);
  }

  /** How β starts and moves. */
  public static KlController klController(RlSettings settings, double coefficient) {
    KlSettings kl = settings.kl();
    return kl.target() > 0
        ? new KlController.Adaptive(coefficient, kl.target(), kl.horizon())
        : new KlController.Fixed(coefficient);
  }

  /**
   * How the weight of the entropy bonus starts and moves.
   *
   * @param measured entropy of the last update, ∞ before the first
   */
  public static EntropyController entropyController(
      RlSettings settings, double coefficient, double measured) {
    EntropySettings entropy = settings.entropy();
    if (entropy.target().isEmpty()) {
      return new EntropyController.Fixed(coefficient);
    }
    checkArgument(
        coefficient >= 0 && coefficient <= entropy.highest(),
        "objective.entropyCoefficient is %s: with entropy.target it must be in [0, %s], the highest"
            + " of entropy.highest",
        coefficient,
        entropy.highest());
    return new EntropyController.Adaptive(
        coefficient, entropy.target().getAsDouble(), entropy.step(), entropy.highest(), measured);
  }
}
