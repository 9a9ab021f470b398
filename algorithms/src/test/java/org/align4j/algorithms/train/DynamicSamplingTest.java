package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.StepReport;
import org.align4j.core.engine.Engine;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dynamic sampling, curricula and the moving average, in the training step itself. */
class DynamicSamplingTest {

  @TempDir Path folder;

  /** Prompts of an even number score the same whatever is said: they teach nothing. */
  private static final Reward HALF =
      Reward.of(
          "half",
          (prompt, text) ->
              Integer.parseInt(prompt.id().substring(1)) % 2 == 0 ? 0.5 : text.hashCode() % 97);

  private static RlSettings refilled(int refill) {
    return TinyRun.SETTINGS.withAlgorithm("rloo").withRollout(r -> r.withRefill(refill));
  }

  @Test
  void batchesAreSampledUntilEnoughPromptsHaveScoresThatDiffer() {
    try (TinyRun run = new TinyRun(refilled(10), Engine.PLAN, HALF)) {
      StepReport report = run.trainer.step();
      double rounds = metric(report, Metric.SAMPLING_ROUNDS);
      assertThat(rounds).isBetween(2.0, 11.0);
      assertThat(report.samples()).hasSize((int) (rounds * 16));
      // Four prompts of four samples are learnt from, none of them of an even number.
      assertThat(report.traces()).hasSize(16);
      assertThat(report.traces())
          .allMatch(trace ->
              Integer.parseInt(trace.sample().completion().prompt().id().substring(1)) % 2 == 1);
      assertThat(metric(report, Metric.GROUPS_WITH_SPREAD)).isBetween(0.1, 0.9);
    }
  }

  @Test
  void itEndsWhenTheBoundIsReachedAndNothingTeaches() {
    Reward constant = Reward.of("constant", (prompt, text) -> 0.5);
    try (TinyRun run = new TinyRun(refilled(2), Engine.PLAN, constant)) {
      StepReport report = run.trainer.step();
      assertThat(metric(report, Metric.SAMPLING_ROUNDS)).isEqualTo(3);
      assertThat(report.samples()).hasSize(48);
      assertThat(report.traces()).isEmpty();
    }
  }

  /** Prompt order, successes so far and the average are part of the state. */
  @Test
  void aResumedRunWithAllOfItHasTheBitsOfTheUnbrokenOne() {
    RlSettings settings =
        refilled(3)
            .withRollout(r -> r.withCurriculum("success-rate"))
            .withUpdate(u -> u.withEmaDecay(0.5));
    try (TinyRun unbroken = new TinyRun(settings, Engine.PLAN);
        TinyRun resumed = new TinyRun(settings, Engine.PLAN)) {
      for (int i = 0; i < 3; i++) {
        unbroken.trainer.step();
      }
      unbroken.trainer.save(folder.resolve("state"));
      resumed.trainer.resume(folder.resolve("state"));
      for (int i = 0; i < 2; i++) {
        assertThat(resumed.trainer.step().metrics()).isEqualTo(unbroken.trainer.step().metrics());
      }
      Parameters expected = unbroken.trainer.average().orElseThrow();
      Parameters average = resumed.trainer.average().orElseThrow();
      for (String name : expected.names()) {
        assertThat(average.get(name)).as(name).isEqualTo(expected.get(name));
      }
    }
  }

  /** {@code m ← ½m + ½p} from the weights before the step; one product and sum in float. */
  @Test
  void theAverageIsHalfWayAfterOneStepWithHalfADecay() {
    RlSettings settings =
        TinyRun.SETTINGS
            .withUpdate(u -> u.withEmaDecay(0.5).withSamples(16))
            .withAlgorithm("reinforce++");
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      Parameters before = run.policy.parameters().copy();
      run.trainer.step();
      for (String name : before.names()) {
        float[] start = before.get(name).reshape(-1).toFloatVector();
        float[] end = run.policy.parameters().get(name).reshape(-1).toFloatVector();
        float[] average = run.trainer.average().orElseThrow().get(name).reshape(-1).toFloatVector();
        for (int i = 0; i < start.length; i++) {
          assertThat(average[i]).isCloseTo(0.5f * start[i] + 0.5f * end[i], within(1e-6f));
        }
      }
      before.close();
    }
  }

  private static double metric(StepReport report, Metric metric) {
    return report.metrics().getOrDefault(metric.label(), Double.NaN);
  }
}
