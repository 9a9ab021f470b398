package org.align4j.bench.reproduce;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;

/** What is measured at each scale. */
final class Studies {

  /** Updates after which the model of 135 M parameters has stopped learning on the sums. */
  private static final String REAL_UPDATES = "45";

  private Studies() {}

  /**
   * A pretrained model on sums of two numbers, rule-based reward: the settings of {@code
   * docs/real-models.md}.
   */
  static Study sums(Path model, Path prompts) {
    return new Study(
        "sums",
        ImmutableMap.<String, String>builder()
            .put("model", model.toString())
            .put("prompts", prompts.toString())
            .put("reward", "math")
            .put("convention", "paper")
            .put("updates", REAL_UPDATES)
            .put("rollout.prompts", "8")
            .put("rollout.samples", "4")
            .put("rollout.maxNewTokens", "24")
            .put("evaluation.size", "96")
            .put("checkpoint.every", "15")
            .put("checkpoint.keep", "1")
            .buildOrThrow(),
        ImmutableList.of(
            Condition.of("reinforce++", "REINFORCE++"),
            Condition.of("grpo", "GRPO"),
            Condition.of("rloo", "RLOO"),
            Condition.of("ppo", "PPO")),
        Preparation.NONE);
  }
}
