package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Hyper-parameters of reinforcement learning, named as in the paper (arXiv 2501.03262 v1, table 1)
 * and in its author's code. Set by name with {@link RecordFields}.
 *
 * @param algorithm ppo, reinforce++, grpo, …, or the name of a registered advantage estimator
 * @param convention what the peers do differently: openrlhf, paper, verl, trl
 * @param loss name of the policy loss; empty for the algorithm's own
 * @param seed of the prompt order and of sampling
 * @param promptsPerBatch prompts of one rollout batch
 * @param samplesPerPrompt responses sampled for each prompt; paper 4
 * @param trainBatchSize samples of one optimiser step (mini-batch); paper 128 of a rollout batch of
 *     256
 * @param microBatchTokens tokens of one forward pass; changes memory and speed, never results
 * @param maxEpochs passes over each rollout batch; OpenRLHF 0.5.5: 1
 * @param maxNewTokens longest response, EOS included
 * @param temperature of sampling and of log-probs; 1
 * @param topK of sampling; 0 for no limit
 * @param topP of sampling; 1 for no limit
 * @param actorLearningRate peak learning rate of the policy; paper 5e-7 for 8B
 * @param criticLearningRate learning rate of the critic; paper 9e-6
 * @param warmupUpdates rollout batches over which the learning rates rise from 0
 * @param decayUpdates rollout batches after which the learning rates have come down to a tenth,
 *     along half a cosine (OpenRLHF's {@code cosine_with_min_lr}, over its whole run); 0 keeps the
 *     peak
 * @param maxNormClip global gradient norm is clipped to this; 0 for no clipping; OpenRLHF 1.0
 * @param weightDecay of AdamW; OpenRLHF 0
 * @param criticWarmupUpdates rollout batches that train the critic alone, so that the first
 *     advantages are not those of a random critic; 0 for none
 * @param initKlCoef β: weight of the KL in the reward, or in the loss where the algorithm has it
 *     there under the convention; paper 0.01 general, 0.001 math
 * @param klEstimator KL estimator in the reward; paper k1
 * @param klTarget KL per response token that an adaptive β aims at; 0 for a fixed β
 * @param klHorizon samples over which an adaptive β moves; 10,000 in the peers
 * @param klLossCoef weight of a KL term in the loss; 0 for none, or for initKlCoef where the
 *     algorithm has its KL in the loss
 * @param gamma discount; paper 1
 * @param lambda of GAE; OpenRLHF 0.5.5: 0.95
 * @param epsClip clip range of the ratio below 1; paper 0.2
 * @param epsClipHigh clip range of the ratio above 1; paper 0.2, DAPO 0.28
 * @param valueClip clip range of the value; OpenRLHF 0.5.5: 0.2
 * @param entropyCoef weight of the entropy bonus; 0
 * @param normalizeReward whether scores are z-scored with running statistics
 * @param rewardClip scores are clipped to ±this; OpenRLHF 10
 * @param filterGroups whether groups whose scores are all equal are dropped before the update
 */
public record RlSettings(
    String algorithm,
    String convention,
    String loss,
    long seed,
    int promptsPerBatch,
    int samplesPerPrompt,
    int trainBatchSize,
    int microBatchTokens,
    int maxEpochs,
    int maxNewTokens,
    float temperature,
    int topK,
    float topP,
    double actorLearningRate,
    double criticLearningRate,
    int warmupUpdates,
    int decayUpdates,
    double maxNormClip,
    double weightDecay,
    int criticWarmupUpdates,
    double initKlCoef,
    String klEstimator,
    double klTarget,
    double klHorizon,
    double klLossCoef,
    double gamma,
    double lambda,
    double epsClip,
    double epsClipHigh,
    double valueClip,
    double entropyCoef,
    boolean normalizeReward,
    double rewardClip,
    boolean filterGroups) {

  /** The paper's numbers for 8B models on math; gaps filled from the author's code of that week. */
  public static final RlSettings PAPER =
      new RlSettings(
          "reinforce++",
          "openrlhf",
          "",
          1,
          64,
          4,
          128,
          16384,
          1,
          1024,
          1f,
          0,
          1f,
          5e-7,
          9e-6,
          0,
          0,
          1.0,
          0.0,
          0,
          0.001,
          "k1",
          0,
          10_000,
          0,
          1.0,
          0.95,
          0.2,
          0.2,
          0.2,
          0.0,
          false,
          10.0,
          false);

  /**
   * The embedded arithmetic task: a policy of 1 M parameters wants rates a hundred times the
   * paper's for 8B; batches are a quarter of the paper's.
   */
  public static final RlSettings ARITHMETIC =
      new RlSettings(
          "reinforce++",
          "openrlhf",
          "",
          1,
          32,
          4,
          64,
          8192,
          1,
          48,
          1f,
          0,
          1f,
          5e-5,
          1e-3,
          0,
          0,
          1.0,
          0.0,
          0,
          0.001,
          "k1",
          0,
          10_000,
          0,
          1.0,
          0.95,
          0.2,
          0.2,
          0.2,
          0.0,
          false,
          10.0,
          false);

  /** A pretrained model of some 135 M parameters on a small machine. */
  public static final RlSettings SMALL_MODEL =
      new RlSettings(
          "reinforce++",
          "openrlhf",
          "",
          1,
          8,
          4,
          32,
          2048,
          1,
          128,
          1f,
          0,
          1f,
          1e-5,
          1e-5,
          0,
          0,
          1.0,
          0.0,
          0,
          0.001,
          "k1",
          0,
          10_000,
          0,
          1.0,
          0.95,
          0.2,
          0.2,
          0.2,
          0.0,
          false,
          10.0,
          false);

  public RlSettings {
    checkArgument(!algorithm.isBlank(), "algorithm is empty: name one, such as reinforce++");
    positive("promptsPerBatch", promptsPerBatch);
    positive("samplesPerPrompt", samplesPerPrompt);
    positive("trainBatchSize", trainBatchSize);
    positive("microBatchTokens", microBatchTokens);
    positive("maxEpochs", maxEpochs);
    positive("maxNewTokens", maxNewTokens);
    checkArgument(
        temperature > 0 && Float.isFinite(temperature),
        "temperature is %s: it must be above 0",
        temperature);
    checkArgument(topK >= 0, "topK is %s: it must be 0 (no limit) or above", topK);
    checkArgument(topP > 0 && topP <= 1, "topP is %s: it must be in (0, 1]", topP);
    notNegative("actorLearningRate", actorLearningRate);
    notNegative("criticLearningRate", criticLearningRate);
    notNegative("warmupUpdates", warmupUpdates);
    checkArgument(
        decayUpdates == 0 || decayUpdates > warmupUpdates,
        "decayUpdates is %s: it must be 0 (no decay) or above warmupUpdates, %s",
        decayUpdates,
        warmupUpdates);
    notNegative("maxNormClip", maxNormClip);
    notNegative("weightDecay", weightDecay);
    notNegative("criticWarmupUpdates", criticWarmupUpdates);
    notNegative("initKlCoef", initKlCoef);
    notNegative("klTarget", klTarget);
    checkArgument(klHorizon > 0, "klHorizon is %s: it must be above 0", klHorizon);
    notNegative("klLossCoef", klLossCoef);
    checkArgument(gamma > 0 && gamma <= 1, "gamma is %s: it must be in (0, 1]", gamma);
    checkArgument(lambda >= 0 && lambda <= 1, "lambda is %s: it must be in [0, 1]", lambda);
    checkArgument(epsClip > 0 && epsClip < 1, "epsClip is %s: it must be in (0, 1)", epsClip);
    checkArgument(epsClipHigh > 0, "epsClipHigh is %s: it must be above 0", epsClipHigh);
    checkArgument(
        valueClip > 0, "valueClip is %s: it must be above 0 (Infinity for none)", valueClip);
    notNegative("entropyCoef", entropyCoef);
    checkArgument(
        rewardClip > 0, "rewardClip is %s: it must be above 0 (Infinity for none)", rewardClip);
  }

  private static void positive(String name, int value) {
    checkArgument(value > 0, "%s is %s: it must be at least 1", name, value);
  }

  private static void notNegative(String name, double value) {
    checkArgument(
        value >= 0 && Double.isFinite(value), "%s is %s: it must be 0 or above", name, value);
  }

  /** Samples of one rollout batch: prompts times samples per prompt. */
  public int samplesPerBatch() {
    return promptsPerBatch * samplesPerPrompt;
  }

  /** The same settings but for one field, given as text; the error names the nearest field. */
  public RlSettings with(String field, String value) {
    return RecordFields.with(this, field, value);
  }
}
