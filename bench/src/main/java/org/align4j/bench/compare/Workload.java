package org.align4j.bench.compare;

import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.run.RlRun;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;

/**
 * What all runs of a comparison have in common: prompts, reward, and the frozen model that they
 * start from and are kept close to, of which there is one. Owns reward and reference.
 */
public final class Workload implements AutoCloseable {

  private final TrainConfig config;
  private final Engine engine;
  private final TrainData data;
  private final Reward reward;
  private final Reference reference;

  private Workload(
      TrainConfig config, Engine engine, TrainData data, Reward reward, Policy policy) {
    this.config = config;
    this.engine = engine;
    this.data = data;
    this.reward = reward;
    this.reference = Reference.of(policy);
  }

  /**
   * Reads files and model; the files are checked first, for the model takes longer.
   *
   * @throws IllegalArgumentException for prompts that the model cannot take
   */
  public static Workload open(TrainConfig config, Engine engine) {
    Reward reward = RewardSpec.parse(config.input().reward()).build(engine);
    TrainData data =
        TrainData.open(config.input(), config.run().evaluation(), reward.needsAnswer());
    try (Policy policy = PolicyFiles.load(config.input(), engine)) {
      int longest = config.training().rollout().maxNewTokens();
      return new Workload(
          config, engine, data.usable(policy, longest, config.input()), reward, policy);
    }
  }

  /** A run before its first step, with its own policy. */
  RlRun run(TrainConfig ofRun) {
    Policy policy = PolicyFiles.load(config.input(), engine);
    return RlRun.sharing(ofRun, policy, reference, data, reward);
  }

  @Override
  public void close() {
    reference.close();
    reward.close();
  }
}
