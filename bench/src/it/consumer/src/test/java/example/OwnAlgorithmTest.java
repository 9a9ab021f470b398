package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.TrainingRun;
import org.align4j.algorithms.run.TrainingRuns;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An estimator, a loss, a reward, a convention and an algorithm of one's own train by name. */
final class OwnAlgorithmTest {

  @TempDir Path folder;

  @Test
  void aRunTrainsWithThemAndRecordsTheConvention() throws IOException {
    TrainConfig config =
        TrainConfig.of(
            Map.of(
                "algorithm", "half-ratio",
                "convention", "house",
                "updates", "1",
                "rollout.prompts", "4",
                "rollout.samples", "2",
                "rollout.maxNewTokens", "8",
                "update.samples", "8",
                "evaluation.size", "4"));
    TrainingRun.Outcome outcome =
        TrainingRuns.train(
            config, Rewards.named("brief"), folder.resolve("run"), (step, row) -> {});
    assertEquals(TrainingRun.Outcome.DONE, outcome);
    String run = Files.readString(folder.resolve("run/run.json")).replace(" ", "");
    assertTrue(run.contains("\"convention\":\"house\""), run);
  }

  /** What the library itself has is composed by one's own convention too. */
  @Test
  void theConventionDecidesWhatTheSettingsLeaveOpen() {
    ResolvedAlgorithm grpo =
        ResolvedAlgorithm.of(RlSettings.arithmetic().withAlgorithm("grpo").withConvention("house"));
    assertEquals(0, grpo.objective().settings().klCoefficient());
    assertEquals(1e-3, grpo.advantage().convention().advantage().groupEpsilon());
  }

  @Test
  void theAlgorithmIsItsEstimatorItsLossAndItsRecipe() {
    ResolvedAlgorithm resolved =
        ResolvedAlgorithm.of(RlSettings.arithmetic().withAlgorithm("half-ratio").withConvention("verl-0.8"));
    assertEquals("half-baseline", resolved.estimator().name());
    assertEquals(
        "seq-mean-token-mean", resolved.objective().settings().aggregation().label());
    assertEquals(0.001, resolved.objective().settings().klCoefficient());
  }
}
