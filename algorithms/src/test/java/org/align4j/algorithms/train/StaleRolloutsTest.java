package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.report.StepReport;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.BadFileException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts of the policy of some updates ago. */
class StaleRolloutsTest {

  @TempDir Path folder;

  private static RlSettings stale(int staleness) {
    return TinyRun.SETTINGS.withRollout(r -> r.withStaleness(staleness));
  }

  private static List<StepReport> steps(RlSettings settings, int count) {
    List<StepReport> reports = new ArrayList<>();
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      for (int i = 0; i < count; i++) {
        reports.add(run.trainer.step());
      }
    }
    return reports;
  }

  private static List<String> texts(StepReport report) {
    return report.samples().stream().map(sample -> sample.completion().text()).toList();
  }

  /** Where the policy does not change, an earlier one is the same, to the last bit. */
  @Test
  void aPolicyThatNeverChangesIsNeverStale() {
    RlSettings still = TinyRun.SETTINGS.withUpdate(u -> u.withLearningRate(0));
    List<StepReport> fresh = steps(still, 4);
    List<StepReport> old = steps(still.withRollout(r -> r.withStaleness(2)), 4);
    for (int i = 0; i < 4; i++) {
      assertThat(texts(old.get(i))).isEqualTo(texts(fresh.get(i)));
      assertThat(old.get(i).metrics()).containsAllEntriesOf(fresh.get(i).metrics());
      assertThat(old.get(i).metrics()).containsEntry("train/off_policy_kl", 0.0);
    }
  }

  /** The first k + 1 batches come from the policy that the run began with. */
  @Test
  void rolloutsAreThoseOfThePolicyOfSoManyUpdatesAgo() {
    List<StepReport> still = steps(TinyRun.SETTINGS.withUpdate(u -> u.withLearningRate(0)), 4);
    List<StepReport> fresh = steps(TinyRun.SETTINGS, 4);
    List<StepReport> old = steps(stale(2), 4);
    for (int i = 0; i < 3; i++) {
      assertThat(texts(old.get(i))).as("batch %s", i).isEqualTo(texts(still.get(i)));
    }
    // A learning rate of 0.01 changes what is sampled from the next batch on.
    assertThat(texts(still.get(1))).isNotEqualTo(texts(fresh.get(1)));
    assertThat(texts(old.get(3))).isNotEqualTo(texts(still.get(3)));
    assertThat(old.get(0).metrics()).containsEntry("train/off_policy_kl", 0.0);
    for (int i = 1; i < 4; i++) {
      assertThat(old.get(i).metrics().get("train/off_policy_kl")).isNotZero();
    }
  }

  /** ρ is that of π_old, which is the policy before its update, whoever sampled. */
  @Test
  void theRatioStartsAtOneWhateverTheStaleness() {
    for (StepReport report : steps(stale(3).withAlgorithm("ppo"), 5)) {
      assertThat(report.metrics()).containsEntry("train/ratio_deviation", 0.0);
    }
  }

  /** With a rate that moves the policy far, a gate has something to do, and says how much. */
  @Test
  void aGateLeavesOutWhatIsFar() {
    RlSettings settings =
        stale(4)
            .withAlgorithm("flash-reinforce")
            .withOwnSamples()
            .withUpdate(u -> u.withLearningRate(0.1));
    List<StepReport> reports = steps(settings, 6);
    assertThat(reports.get(0).metrics())
        .containsEntry("train/gated_sequences", 0.0)
        .containsEntry("train/off_policy_weight", 1.0);
    ImmutableMap<String, Double> last = reports.get(5).metrics();
    assertThat(last.get("train/gated_sequences")).isBetween(0.1, 1.0);
    assertThat(last.get("train/gated_tokens")).isBetween(0.1, 1.0);
    assertThat(last.get("train/off_policy_weight")).isLessThan(1);
  }

  @TestFactory
  Stream<DynamicTest> aResumedRunHasTheBitsOfTheUnbrokenOne() {
    RlSettings gated =
        stale(2)
            .with("rewards.normalize", "running")
            .with("kl.target", "0.1")
            .with("offPolicy.gate", "ratio")
            .with("offPolicy.weight", "token");
    return Stream.of(
            gated.withAlgorithm("ppo"),
            gated.withAlgorithm("remax"),
            stale(1).withAlgorithm("flash-reinforce").withOwnSamples(),
            gated
                .withAlgorithm("rloo")
                .withRollout(r -> r.withRefill(2).withCurriculum("success-rate"))
                .withUpdate(u -> u.withEmaDecay(0.5)))
        .map(settings -> DynamicTest.dynamicTest(settings.algorithm(), () -> resumes(settings)));
  }

  private void resumes(RlSettings settings) throws IOException {
    Path own = folder.resolve(settings.algorithm());
    List<StepReport> straight = new ArrayList<>();
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      for (int i = 0; i < 5; i++) {
        straight.add(run.trainer.step());
        if (i == 1) {
          run.trainer.save(own.resolve("stopped"));
        }
      }
      run.trainer.save(own.resolve("straight"));
    }
    try (TinyRun run = new TinyRun(settings, Engine.PLAN)) {
      run.trainer.resume(own.resolve("stopped"));
      for (int i = 2; i < 5; i++) {
        StepReport report = run.trainer.step();
        assertThat(report.metrics()).isEqualTo(straight.get(i).metrics());
        assertThat(report.samples()).isEqualTo(straight.get(i).samples());
      }
      run.trainer.save(own.resolve("resumed"));
    }
    try (Stream<Path> files = Files.list(own.resolve("straight"))) {
      for (Path file : files.toList()) {
        Path other = own.resolve("resumed").resolve(file.getFileName().toString());
        assertThat(Files.mismatch(file, other)).as(file.toString()).isEqualTo(-1);
      }
    }
  }

  @Test
  void aDamagedQueueIsNamedAndNothingHasChanged() throws IOException {
    Path state = folder.resolve("state");
    try (TinyRun run = new TinyRun(stale(1), Engine.PLAN)) {
      run.trainer.step();
      run.trainer.save(state);
    }
    Path file = state.resolve("rollouts.json");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    try (TinyRun run = new TinyRun(stale(1), Engine.PLAN)) {
      assertThatThrownBy(() -> run.trainer.resume(state))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining("rollouts.json");
      assertThat(run.trainer.updates()).isZero();
    }
  }

  @Test
  void anotherStalenessIsAnotherRun() {
    try (TinyRun run = new TinyRun(stale(1), Engine.PLAN)) {
      run.trainer.save(folder.resolve("state"));
    }
    try (TinyRun run = new TinyRun(stale(2), Engine.PLAN)) {
      assertThatThrownBy(() -> run.trainer.resume(folder.resolve("state")))
          .hasMessageContaining("was saved with rollout.staleness 1, this run has 2");
    }
  }
}
