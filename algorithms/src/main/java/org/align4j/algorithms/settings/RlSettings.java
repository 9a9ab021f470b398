package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.core.registry.NearestName;

/**
 * Settings of reinforcement learning, in groups. A field is found by its path, such as {@code
 * update.learningRate}; its {@link Doc} says what it means and where its number comes from. What a
 * convention decides is unset unless the user sets it.
 *
 * <pre>{@code
 * RlSettings small = RlSettings.paper()
 *     .withRollout(r -> r.withPrompts(8).withMaxNewTokens(128))
 *     .withUpdate(u -> u.withLearningRate(1e-5).withSamples(32));
 * }</pre>
 */
public record RlSettings(
    @Doc("ppo, reinforce++, grpo, …, or the name of a registered algorithm or estimator.")
        String algorithm,
    @Doc(
            "What the peers do differently: openrlhf, paper (OpenRLHF 0.5.5), verl, trl, a version of"
                + " one such as verl-0.8, or the name of a registered one.")
        String convention,
    @Doc("Seed of the prompt order, of sampling and of the mini-batches.") long seed,
    @Doc("What is sampled for one update.") RolloutSettings rollout,
    @Doc("How the policy learns; the critic likewise but for its learning rate.")
        UpdateSettings update,
    @Doc("The critic of PPO.") CriticSettings critic,
    @Doc("The policy's objective.") ObjectiveSettings objective,
    @Doc("Numbers of single policy losses.") SurrogateSettings surrogate,
    @Doc("What the entropy decides.") EntropySettings entropy,
    @Doc("Tokens that another policy sampled.") OffPolicySettings offPolicy,
    @Doc("The KL to the reference.") KlSettings kl,
    @Doc("The advantages.") EstimatorSettings advantage,
    @Doc("What becomes of judged scores, in this order.") RewardSettings rewards,
    @Doc("What algorithm=distillation learns from its teacher.")
        DistillationSettings distillation) {

  /** Checks that there are names. */
  public RlSettings {
    checkArgument(!algorithm.isBlank(), "algorithm is empty: name one, such as reinforce++");
    checkArgument(!convention.isBlank(), "convention is empty: name one, such as openrlhf");
  }

  /** Names of {@link #preset}. */
  public static final ImmutableList<String> PRESETS =
      ImmutableList.of("paper-general", "paper-math", "arithmetic", "small-model");

  /**
   * The settings of a name.
   *
   * @throws IllegalArgumentException for an unknown name, with the nearest one
   */
  public static RlSettings preset(String name) {
    return switch (name) {
      case "paper-general" -> paperGeneral();
      case "paper-math" -> paperMath();
      case "arithmetic" -> arithmetic();
      case "small-model" -> smallModel();
      default -> throw new IllegalArgumentException(NearestName.unknown("preset", name, PRESETS));
    };
  }

  /** The paper's table 1 for the general domain: that of mathematics but for the KL's weight. */
  public static RlSettings paperGeneral() {
    return paper().withKl(kl -> kl.withCoefficient(0.01));
  }

  /** The paper's table 1 for mathematics. */
  public static RlSettings paperMath() {
    return paper();
  }

  /** The paper's numbers for 8B models on math; gaps filled from the author's code of that week. */
  public static RlSettings paper() {
    return new RlSettings(
        "reinforce++",
        "paper",
        1,
        new RolloutSettings(64, 4, 1024, 1, 0, 1, 0, Optional.empty(), 0),
        new UpdateSettings(
            128, 1, 16384, 1, 5e-7, OptionalInt.empty(), OptionalInt.empty(), 1, 0, 0),
        new CriticSettings(9e-6, 0, OptionalDouble.empty()),
        new ObjectiveSettings(
            Optional.empty(), 0.2, 0.2, OptionalDouble.empty(), 0, 0, Optional.empty()),
        SurrogateSettings.defaults(),
        EntropySettings.defaults(),
        OffPolicySettings.OPEN,
        new KlSettings(
            0.001,
            Optional.empty(),
            Optional.empty(),
            0,
            10_000,
            OptionalDouble.empty(),
            Optional.empty(),
            Optional.empty()),
        new EstimatorSettings(
            1,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            Optional.empty(),
            OptionalDouble.empty()),
        new RewardSettings(
            0, 1, 1, RewardSettings.Normalization.NONE, Double.POSITIVE_INFINITY, 1, false),
        new DistillationSettings(OptionalDouble.empty()));
  }

  /**
   * The embedded arithmetic task: a policy of 1 M parameters wants rates a hundred times the
   * paper's for 8B; batches are half the paper's.
   */
  public static RlSettings arithmetic() {
    return paper()
        .withConvention("openrlhf")
        .withRollout(r -> r.withPrompts(32).withMaxNewTokens(48))
        .withUpdate(u -> u.withSamples(64).withMicroBatchTokens(8192).withLearningRate(5e-5))
        .withCritic(c -> c.withLearningRate(1e-3));
  }

  /** A pretrained model of some 135 M parameters on a small machine. */
  public static RlSettings smallModel() {
    return paper()
        .withConvention("openrlhf")
        .withRollout(r -> r.withPrompts(8).withMaxNewTokens(128))
        .withUpdate(u -> u.withSamples(32).withMicroBatchTokens(2048).withLearningRate(1e-5))
        .withCritic(c -> c.withLearningRate(1e-5));
  }

  /** With another algorithm. */
  public RlSettings withAlgorithm(String value) {
    return Fields.replace(this, "algorithm", value);
  }

  /**
   * With as many samples of a prompt as the algorithm is made for, where it says: those of a
   * rollout batch stay as many, and come from more prompts or fewer.
   */
  public RlSettings withOwnSamples() {
    int own =
        Algorithm.ALL.stream()
            .filter(known -> known.name().equals(algorithm))
            .mapToInt(Algorithm::ownSamples)
            .findFirst()
            .orElse(0);
    return own == 0 || rollout.samples() == own
        ? this
        : withRollout(r -> r.withPrompts(Math.max(1, r.size() / own)).withSamples(own));
  }

  /** With another convention. */
  public RlSettings withConvention(String value) {
    return Fields.replace(this, "convention", value);
  }

  /** With another seed. */
  public RlSettings withSeed(long value) {
    return Fields.replace(this, "seed", value);
  }

  /** With a changed group. */
  public RlSettings withRollout(UnaryOperator<RolloutSettings> change) {
    return Fields.replace(this, "rollout", change.apply(rollout));
  }

  /** With a changed group. */
  public RlSettings withUpdate(UnaryOperator<UpdateSettings> change) {
    return Fields.replace(this, "update", change.apply(update));
  }

  /** With a changed group. */
  public RlSettings withCritic(UnaryOperator<CriticSettings> change) {
    return Fields.replace(this, "critic", change.apply(critic));
  }

  /** With a changed group. */
  public RlSettings withObjective(UnaryOperator<ObjectiveSettings> change) {
    return Fields.replace(this, "objective", change.apply(objective));
  }

  /** With a changed group. */
  public RlSettings withSurrogate(UnaryOperator<SurrogateSettings> change) {
    return Fields.replace(this, "surrogate", change.apply(surrogate));
  }

  /** With a changed group. */
  public RlSettings withEntropy(UnaryOperator<EntropySettings> change) {
    return Fields.replace(this, "entropy", change.apply(entropy));
  }

  /** With a changed group. */
  public RlSettings withOffPolicy(UnaryOperator<OffPolicySettings> change) {
    return Fields.replace(this, "offPolicy", change.apply(offPolicy));
  }

  /** With a changed group. */
  public RlSettings withKl(UnaryOperator<KlSettings> change) {
    return Fields.replace(this, "kl", change.apply(kl));
  }

  /** With a changed group. */
  public RlSettings withAdvantage(UnaryOperator<EstimatorSettings> change) {
    return Fields.replace(this, "advantage", change.apply(advantage));
  }

  /** With a changed group. */
  public RlSettings withRewards(UnaryOperator<RewardSettings> change) {
    return Fields.replace(this, "rewards", change.apply(rewards));
  }

  /** With a changed group. */
  public RlSettings withDistillation(UnaryOperator<DistillationSettings> change) {
    return Fields.replace(this, "distillation", change.apply(distillation));
  }

  /** The same settings but for one field, given as text; the error names the nearest field. */
  public RlSettings with(String path, String value) {
    return Fields.with(this, Map.of(path, value));
  }

  /** The paper's settings but for what a tree of groups holds (JSON or YAML). */
  public static RlSettings fromTree(JsonNode tree) {
    return Fields.with(paper(), tree);
  }

  /** All fields as a tree of groups. */
  public ObjectNode toTree() {
    return Fields.toTree(this);
  }
}
