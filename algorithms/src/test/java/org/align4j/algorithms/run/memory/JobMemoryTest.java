package org.align4j.algorithms.run.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.align4j.algorithms.run.memory.JobMemory.Networks;
import org.align4j.algorithms.run.memory.JobMemory.Tuning;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.adapter.LoraSettings;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.TrainedParts;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What jobs take, and what is said of those that take too much. */
class JobMemoryTest {

  private static final int VOCABULARY = 1000;
  private static final int HIDDEN = 256;
  private static final int LAYERS = 4;
  private static final TransformerConfig CONFIG =
      TransformerConfig.llama(VOCABULARY, HIDDEN, 704, LAYERS, 4, 2, 2048, 0);
  private static final Parameters WEIGHTS = Initialization.random(CONFIG, ModelHead.LANGUAGE, 1);
  private static final StoredCheckpoint MODEL =
      StoredCheckpoint.of(new Checkpoint(CONFIG, WEIGHTS, Optional.empty(), Optional.empty()));
  private static final long BYTES = 4 * WEIGHTS.size();
  private static final Tuning ALL = Tuning.of(Optional.empty(), Optional.empty());
  private static final Tuning ADAPTER =
      Tuning.of(Optional.of(LoraSettings.parse("rank=4")), Optional.empty());

  @AfterAll
  static void close() {
    MODEL.close();
  }

  private static JobMemory rl(Tuning tuning, boolean critic, Passes passes) {
    return new JobMemory(
        MODEL,
        Engine.PLAN,
        Resources.shared(),
        tuning,
        new Networks(ModelHead.LANGUAGE, true, critic, false, ImmutableList.of()),
        passes);
  }

  private static Passes passes(int sequence, int slots) {
    return new Passes(sequence, 2048, slots);
  }

  /** Gradient and two moments of every parameter, the weights once and once packed. */
  @Test
  void fullFineTuningHasFiveCopiesAndTheReference() {
    MemoryPlan plan = rl(ALL, false, passes(512, 8)).plan();

    assertThat(plan.gradients()).isEqualTo(BYTES);
    assertThat(plan.moments()).isEqualTo(2 * BYTES);
    // Panels are padded; a model this small keeps the transposed ones too.
    assertThat(plan.weights()).isBetween(3 * BYTES - BYTES / 4, 3 * BYTES + BYTES / 4);
    assertThat(plan.frozen()).isBetween(BYTES, BYTES + BYTES / 8);
  }

  /** The parameters, and packed. */
  @Test
  void widenedWeightsThatNobodyTrainsHaveNoGradients() {
    var job =
        new JobMemory(
            MODEL,
            Engine.PLAN,
            Resources.shared(),
            Tuning.frozen(true),
            Networks.alone(ModelHead.LANGUAGE),
            new Passes(512, 0, 8));

    assertThat(job.plan().gradients()).isZero();
    assertThat(job.plan().moments()).isZero();
    assertThat(job.plan().weights()).isBetween(2 * BYTES - BYTES / 4, 2 * BYTES + BYTES / 4);
  }

  @Test
  void anAdapterLearnsAloneOnOneBase() {
    MemoryPlan plan = rl(ADAPTER, true, passes(512, 8)).plan();
    long adapter = 4L * LAYERS * 4 * (2 * 256 + 2 * (256 + 128) + 2 * 256 + 3 * (256 + 704) - 256);

    assertThat(plan.frozen()).isBetween(BYTES, BYTES + BYTES / 8);
    assertThat(plan.gradients()).isBetween(adapter, 3 * adapter);
    assertThat(plan.moments()).isEqualTo(2 * plan.gradients());
  }

  @Test
  void aCriticDoublesWhatLearns() {
    MemoryPlan alone = rl(ALL, false, passes(512, 8)).plan();
    MemoryPlan both = rl(ALL, true, passes(512, 8)).plan();

    assertThat(both.moments()).isBetween(2 * alone.moments(), 2 * alone.moments() + BYTES / 8);
    assertThat(both.frozen()).isEqualTo(alone.frozen());
  }

  @Test
  void trainedPartsLeaveTheOthersWithoutGradients() {
    var parts = Tuning.of(Optional.empty(), Optional.of(TrainedParts.parse("layers=3")));
    MemoryPlan plan = rl(parts, false, passes(512, 8)).plan();

    assertThat(plan.gradients()).isBetween(1L, BYTES / 4);
    assertThat(plan.total()).isLessThan(rl(ALL, false, passes(512, 8)).plan().total());
  }

  /** Two key heads of 64, keys and values, of each layer. */
  @Test
  void theCacheHoldsEveryTokenOfEverySequence() {
    assertThat(rl(ADAPTER, false, passes(512, 8)).plan().cache())
        .isEqualTo(8L * 512 * LAYERS * 2 * 2 * 64 * 4);
  }

  @Test
  void recomputingTakesLess() {
    JobMemory job = rl(ADAPTER, false, passes(2048, 8));
    JobMemory recomputing =
        new JobMemory(
            MODEL,
            Engine.PLAN,
            Resources.shared().withRecompute(),
            ADAPTER,
            job.networks(),
            job.passes());

    assertThat(recomputing.plan().activations()).isLessThan(job.plan().activations());
  }

  @Test
  void whatCannotFitIsRefusedWithWhatWould() {
    JobMemory job = rl(ALL, true, passes(256, 4));
    var suggested = Tuning.of(Optional.of(LoraSettings.parse("rank=16")), Optional.empty());
    long adapted = rl(suggested, true, passes(256, 4)).plan().total();

    assertThatThrownBy(() -> job.check(adapted))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("are available. What fits: ")
        .hasMessageContaining("--lora rank=16");
    assertThatThrownBy(() -> job.check(1 << 20)).hasMessageContaining("take a smaller one");
  }

  /** Every suggestion is of a job that fits. */
  @Test
  void aSuggestionNamesWhatItTakes() {
    JobMemory job = rl(ALL, false, passes(2048, 64));
    long half = job.plan().total() / 2;

    assertThat(job.fitting(half))
        .isNotEmpty()
        .allSatisfy(suggestion -> {
          String gigabytes = suggestion.replaceAll(".*\\((.*) GB\\)", "$1");
          assertThat(Double.parseDouble(gigabytes)).isLessThanOrEqualTo(half / 1e9 + 0.005);
        });
    job.check(job.plan().total());
  }
}
