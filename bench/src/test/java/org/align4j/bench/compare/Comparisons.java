package org.align4j.bench.compare;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.core.engine.Engine;

/** Comparisons of seconds. */
final class Comparisons {

  private Comparisons() {}

  /** Three updates of four short samples each, two held-out problems. */
  static ComparisonSettings tiny(Path out) {
    TrainConfig config =
        TrainConfig.of(
            Map.of(
                "updates", "3",
                "evaluation.size", "2",
                "rollout.prompts", "2",
                "rollout.samples", "2",
                "rollout.maxNewTokens", "8",
                "update.samples", "4"));
    return new ComparisonSettings(
        ImmutableList.of("ppo", "reinforce++"),
        1,
        1,
        config,
        Engine.PLAN,
        out,
        JsonNodeFactory.instance.objectNode());
  }

  /** Remembers who stepped, and what was said. */
  static final class Heard implements ComparisonListener {
    final List<String> steps = new ArrayList<>();
    final List<String> messages = new ArrayList<>();

    @Override
    public void warmingUp(String algorithm) {}

    @Override
    public void evaluating(String what) {}

    @Override
    public void onStep(String algorithm, long seed, Map<String, Double> row) {
      steps.add(algorithm);
    }

    @Override
    public void onMessage(String message) {
      messages.add(message);
    }
  }
}
