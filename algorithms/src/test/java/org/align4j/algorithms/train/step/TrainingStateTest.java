package org.align4j.algorithms.train.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.TextPair;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.SftSettings;
import org.align4j.algorithms.train.SftTrainer;
import org.align4j.algorithms.train.TinyRun;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.core.engine.Engine;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStateTest {

  private static final RlSettings SETTINGS =
      TinyRun.SETTINGS
          .withAlgorithm("ppo")
          .with("rewards.normalize", "running")
          .with("kl.target", "0.1");

  private static final List<TextPair> PAIRS =
      List.of(
          new TextPair(Prompt.text("1", "a", ""), "bb"),
          new TextPair(Prompt.text("2", "bc", ""), "a"),
          new TextPair(Prompt.text("3", "c", ""), "cab"));

  private static final SftSettings SUPERVISED =
      SftSettings.arithmetic().withSteps(9).withMaxLength(16).withUpdate(u -> u.withSamples(2));

  @TempDir Path folder;

  private static SftTrainer supervised(TinyRun run) {
    return new SftTrainer(
        run.policy.network(), ModelCodec.of(run.policy), PAIRS::get, PAIRS.size(), SUPERVISED);
  }

  @Test
  void supervisedTrainingGoesOnAsIfItHadNeverStopped() {
    List<SftTrainer.Report> straight = new ArrayList<>();
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN);
        SftTrainer trainer = supervised(run)) {
      for (int i = 0; i < 5; i++) {
        straight.add(trainer.step());
        if (i == 1) {
          trainer.save(folder.resolve("state"));
        }
      }
    }
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN);
        SftTrainer trainer = supervised(run)) {
      trainer.resume(folder.resolve("state"));
      assertThat(trainer.done()).isEqualTo(2);
      for (int i = 2; i < 5; i++) {
        assertThat(trainer.step()).isEqualTo(straight.get(i));
      }
    }
  }

  @Test
  void arraysThatTheCallerKeepsAreSavedToo() {
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN);
        Parameters average = run.policy.parameters().copy();
        Parameters read = run.policy.parameters().copy()) {
      average.get(average.names().get(0)).muli(0.5);
      run.trainer.save(folder.resolve("state"), ImmutableMap.of("ema", average));
      run.trainer.resume(folder.resolve("state"), ImmutableMap.of("ema", read));
      for (String name : average.names()) {
        assertThat(read.get(name)).isEqualTo(average.get(name));
      }
      run.trainer.save(folder.resolve("without"));
      assertThatThrownBy(
              () -> run.trainer.resume(folder.resolve("without"), ImmutableMap.of("ema", read)))
          .hasMessageContaining("has no ema.safetensors");
    }
  }

  /** It costs memory and time only: rounding aside, nothing depends on it. */
  @Test
  void otherMicroBatchesMayGoOn() {
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN)) {
      run.trainer.save(folder.resolve("state"));
    }
    try (TinyRun run =
        new TinyRun(SETTINGS.withUpdate(u -> u.withMicroBatchTokens(33)), Engine.PLAN)) {
      run.trainer.resume(folder.resolve("state"));
      assertThat(run.trainer.updates()).isZero();
    }
  }

  /** One byte of any file, wherever it lies, is noticed before a live array changes. */
  @Test
  void aDamagedFileIsNamedAndNothingHasChanged() throws IOException {
    Path state = folder.resolve("state");
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN)) {
      run.trainer.step();
      run.trainer.save(state);
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(state)) {
      files = all.sorted().toList();
    }
    assertThat(files)
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "critic.adamw.safetensors",
            "critic.safetensors",
            "policy.adamw.safetensors",
            "policy.safetensors",
            "state.json");
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      byte[] bad = good.clone();
      // In JSON: a digit of a count becomes another; elsewhere: a bit of the last number.
      int at =
          file.endsWith("state.json")
              ? Files.readString(file).indexOf("\"updates\" : ") + "\"updates\" : ".length()
              : bad.length - 2;
      bad[at] ^= 2;
      Files.write(file, bad);
      unchanged(state, file.getFileName().toString());
      Files.write(file, java.util.Arrays.copyOf(good, good.length - 3));
      unchanged(state, file.getFileName().toString());
      Files.delete(file);
      unchanged(state, file.getFileName().toString());
      Files.write(file, good);
    }
  }

  private static void unchanged(Path state, String file) {
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN);
        Parameters policy = run.policy.parameters().copy();
        Parameters critic = run.critic.network().parameters().copy()) {
      assertThatThrownBy(() -> run.trainer.resume(state))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(file);
      assertThat(run.trainer.updates()).isZero();
      for (String name : policy.names()) {
        assertThat(run.policy.parameters().get(name)).isEqualTo(policy.get(name));
      }
      for (String name : critic.names()) {
        assertThat(run.critic.network().parameters().get(name)).isEqualTo(critic.get(name));
      }
    }
  }

  @Test
  void aStateOfAnotherKindOfTrainingIsRefused() {
    try (TinyRun run = new TinyRun(SETTINGS, Engine.PLAN);
        SftTrainer trainer = supervised(run)) {
      trainer.save(folder.resolve("state"));
      assertThatThrownBy(() -> run.trainer.resume(folder.resolve("state")))
          .hasMessageContaining(
              "is a state of supervised fine-tuning, not of reinforcement learning");
    }
  }
}
