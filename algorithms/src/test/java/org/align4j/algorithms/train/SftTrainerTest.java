package org.align4j.algorithms.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.settings.SftSettings;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.core.engine.Engine;
import org.align4j.core.metric.MetricSink;
import org.junit.jupiter.api.Test;

class SftTrainerTest {

  private static final List<TextPair> PAIRS =
      List.of(
          new TextPair(Prompt.text("1", "a", ""), "bb"),
          new TextPair(Prompt.text("2", "bc", ""), "a"),
          new TextPair(Prompt.text("3", "c", ""), "cab"));

  private static final SftSettings SETTINGS =
      SftSettings.arithmetic()
          .withSteps(60)
          .withMaxLength(16)
          .withUpdate(
              u -> u.withSamples(3).withLearningRate(3e-2).withWarmupUpdates(6).withWeightDecay(0));

  private static double losses(SftSettings settings) {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        SftTrainer trainer =
            new SftTrainer(
                run.policy.network(), ModelCodec.of(run.policy), PAIRS::get, 3, settings)) {
      return trainer.step().loss() + 10 * trainer.step().loss() + 100 * trainer.step().loss();
    }
  }

  @Test
  void thePolicyLearnsItsExamplesByHeart() {
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN)) {
      ModelCodec codec = ModelCodec.of(run.policy);
      try (SftTrainer trainer =
          new SftTrainer(run.policy.network(), codec, PAIRS::get, 3, SETTINGS)) {
        // Random weights: about the log of the five tokens.
        assertThat(trainer.evaluate(PAIRS)).isCloseTo(Math.log(5), within(0.2));
        trainer.run(MetricSink.NONE, report -> {});
        assertThat(trainer.evaluate(PAIRS)).isLessThan(0.3);
      }
    }
  }

  /** Nine labels whatever the parts: sums differ by float rounding only. */
  @Test
  void microBatchesChangeNothing() {
    assertThat(losses(SETTINGS.with("update.microBatchTokens", "4")))
        .isCloseTo(losses(SETTINGS), within(1e-3));
  }

  /** Examples that are the same are computed once and count as often as they occur. */
  @Test
  void anExampleThatOccursTwiceCountsTwice() {
    List<TextPair> three = List.of(PAIRS.get(0), PAIRS.get(1), PAIRS.get(0));
    try (TinyRun run = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        TinyRun other = new TinyRun(TinyRun.SETTINGS, Engine.PLAN);
        SftTrainer together =
            new SftTrainer(
                run.policy.network(), ModelCodec.of(run.policy), three::get, 3, SETTINGS);
        SftTrainer apart =
            new SftTrainer(
                other.policy.network(),
                ModelCodec.of(other.policy),
                three::get,
                3,
                SETTINGS.with("update.microBatchTokens", "1"))) {
      assertThat(together.evaluate(three)).isCloseTo(apart.evaluate(three), within(1e-6));
      assertThat(together.step().tokens()).isLessThan(apart.step().tokens());
      float[] ours = run.policy.network().gradients().flat().toFloatVector();
      float[] theirs = other.policy.network().gradients().flat().toFloatVector();
      for (int i = 0; i < ours.length; i++) {
        assertThat(ours[i]).isCloseTo(theirs[i], within(1e-6f));
      }
    }
  }

  @Test
  void aPromptThatLeavesNoRoomIsRefused() {
    assertThatThrownBy(() -> losses(SETTINGS.with("maxLength", "2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prompt 2 has 2 tokens, maxLength is 2");
  }
}
