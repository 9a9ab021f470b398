package org.align4j.bench.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.run.StopSignal;
import org.align4j.algorithms.run.guard.RunListener;
import org.align4j.bench.reproduce.preference.Demonstrations;
import org.align4j.bench.reproduce.preference.Labeller;
import org.align4j.bench.reproduce.preference.RewardModelPreparation;
import org.align4j.bench.reproduce.study.Preparation;
import org.align4j.bench.reproduce.study.Progress;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.Study;
import org.align4j.bench.reproduce.study.StudyResult;
import org.align4j.bench.reproduce.study.StudyRunner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiny studies, run, stopped, gone on with and reduced. */
final class StudyRunnerTest {

  private static final List<Long> SEEDS = List.of(1L, 2L);

  @TempDir private static Path root;
  private static StudyResult unbroken;

  private static Study study(Map<String, String> more, Preparation preparation) {
    Map<String, String> settings = new HashMap<>();
    settings.put("updates", "2");
    settings.put("convention", "paper");
    settings.put("rollout.prompts", "4");
    settings.put("rollout.samples", "2");
    settings.put("rollout.maxNewTokens", "16");
    settings.put("update.samples", "8");
    settings.put("evaluation.size", "4");
    settings.putAll(more);
    return new Study(
        "tiny",
        ImmutableMap.copyOf(settings),
        ImmutableList.of(Studies.REINFORCE_PP, Studies.GRPO),
        preparation);
  }

  /** Fine-tuning, pairs, a reward model, each with as little as they take. */
  private static Study withRewardModel() {
    return study(
        Map.of(),
        new RewardModelPreparation(
            Optional.of(Demonstrations::get), 1, 24, 70, 1, 4, Labeller.bradleyTerry(2, 0.03)));
  }

  private static StudyRunner runner(String folder, StopSignal stop, Progress progress) {
    return new StudyRunner(root.resolve(folder), SEEDS, stop, progress);
  }

  @BeforeAll
  static void runOnce() {
    StudyRunner runner = runner("unbroken", StopSignal.NEVER, Progress.NONE);
    assertThat(runner.run(withRewardModel())).isTrue();
    unbroken = runner.result(withRewardModel());
  }

  private static List<RunRecord> withoutTimes(StudyResult result) {
    List<RunRecord> runs = new ArrayList<>();
    for (RunRecord run : result.runs()) {
      runs.add(
          new RunRecord(
              run.condition(),
              run.seed(),
              run.metrics(),
              run.before(),
              run.after(),
              ImmutableMap.of(),
              ImmutableMap.of(),
              run.tokens()));
    }
    return runs;
  }

  @Test
  void everyConditionHasARunOfEachSeed() {
    assertThat(unbroken.runs().stream().map(run -> run.condition() + " " + run.seed()))
        .containsExactly("reinforce++ 1", "reinforce++ 2", "grpo 1", "grpo 2");
  }

  /** With weight 0 the verifier's score is a metric and no part of the reward. */
  @Test
  void theRewardIsTheModelsAndTheVerifierOnlyLooksOn() {
    RunRecord run = unbroken.runs().get(0);
    assertThat(run.metric("train/reward")).isEqualTo(run.metric("score/model"));
    assertThat(run.metric("score/math")).hasSize(2);
    assertThat(run.after()).containsKey("eval/accuracy");
  }

  @Test
  void twoReproductionsHaveTheSameNumbers() {
    StudyRunner again = runner("again", StopSignal.NEVER, Progress.NONE);
    assertThat(again.run(withRewardModel())).isTrue();
    StudyResult result = again.result(withRewardModel());
    assertThat(withoutTimes(result)).isEqualTo(withoutTimes(unbroken));
    assertThat(result.facts()).isEqualTo(unbroken.facts());
  }

  @Test
  void oneThatIsStoppedGoesOnToTheSameNumbers() {
    Study study = withRewardModel();
    // Asked before each step and run: the fourth answer is yes.
    int[] asked = {0};
    assertThat(runner("stopped", () -> ++asked[0] > 3, Progress.NONE).run(study)).isFalse();
    StudyRunner rest = runner("stopped", StopSignal.NEVER, Progress.NONE);
    assertThat(rest.run(study)).isTrue();
    assertThat(withoutTimes(rest.result(study))).isEqualTo(withoutTimes(unbroken));
  }

  @Test
  void whatIsDoneIsNotRunAgain() {
    List<String> begun = new ArrayList<>();
    Progress progress =
        (name, steps) -> {
          begun.add(name);
          return RunListener.NONE;
        };
    assertThat(runner("unbroken", StopSignal.NEVER, progress).run(withRewardModel())).isTrue();
    assertThat(begun).isEmpty();
  }

  @Test
  void anExistingRunOfOtherSettingsIsRefused() {
    Study other = study(Map.of("kl.coefficient", "0.5"), Preparation.NONE);
    Study one = study(Map.of(), Preparation.NONE);
    StudyRunner runner = runner("other", StopSignal.NEVER, Progress.NONE);
    assertThat(runner.run(one)).isTrue();
    assertThatThrownBy(() -> runner.run(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kl.coefficient 0.001, this one has 0.5: take another --out");
  }

  @Test
  void aResultFileIsReadAsItWasWritten() {
    Path file = root.resolve("result.json");
    unbroken.write(file);
    StudyResult read = StudyResult.read(file);
    assertThat(withoutTimes(read)).isEqualTo(withoutTimes(unbroken));
    assertThat(read.conditions()).isEqualTo(unbroken.conditions());
    assertThat(read.settings()).isEqualTo(unbroken.settings());
    assertThat(read.facts()).isEqualTo(unbroken.facts());
  }
}
