package org.align4j.algorithms.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.preference.CarefulPairs;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.run.config.ConfigFile;
import org.align4j.algorithms.run.config.DpoConfig;
import org.align4j.algorithms.run.config.RewardModelConfig;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.BadFileException;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The three ways to learn from pairs, on the embedded policy: worked solutions are preferred. */
class PreferenceRunTest {

  /** What learns, with settings for the tiny model. */
  enum Way {
    DPO(Map.of()),
    FULL(Map.of("head", "full")),
    FROZEN(Map.of("head", "frozen", "frozen.epochs", "40"));

    private final ImmutableMap<String, String> settings;

    Way(Map<String, String> settings) {
      this.settings = ImmutableMap.copyOf(settings);
    }

    Trainable open(Map<String, String> others) {
      Map<String, String> values = new HashMap<>(Map.of("model", "m", "data", "d"));
      if (this != FROZEN) {
        values.putAll(Map.of("steps", "12", "update.samples", "8", "update.learningRate", "3e-4"));
      }
      values.putAll(settings);
      values.putAll(others);
      Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
      PairSplit pairs = PairSplit.of(CarefulPairs.of(96), 32, ModelCodec.of(policy), 128);
      if (this == DPO) {
        return PreferenceRun.direct(DpoConfig.of(values), policy, pairs);
      }
      RewardModelConfig config = RewardModelConfig.of(values);
      return this == FULL
          ? PreferenceRun.rewardModel(config, policy, pairs)
          : new FrozenHeadRun(config, policy, pairs, done -> {});
    }
  }

  @TempDir Path folder;

  /** Of 32 held-out pairs chance has 16 right, and 25 with a probability below 0.2 %. */
  @ParameterizedTest
  @EnumSource
  void heldOutPairsAreToldApart(Way way) {
    try (Trainable run = way.open(Map.of())) {
      while (run.updates() < run.planned()) {
        assertThat(run.step().metrics()).containsKey("loss");
      }
      assertThat(run.evaluate().keySet())
          .containsExactly(
              "eval/accuracy", "eval/loss", "eval/margin", "eval/chosen", "eval/rejected");
      assertThat(run.evaluate().get("eval/accuracy")).isGreaterThanOrEqualTo(25 / 32.0);
    }
  }

  /** Metrics of three steps and of an evaluation; the models stay in folders of this name. */
  private List<Map<String, Double>> rest(Trainable run, String name) {
    List<Map<String, Double>> seen = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      seen.add(run.step().metrics());
    }
    seen.add(run.evaluate());
    run.saveModel(folder.resolve(name));
    var _ = run.saveAverage(folder.resolve(name + "-ema"));
    return seen;
  }

  @ParameterizedTest
  @EnumSource
  void aRunGoesOnAsIfItHadNeverStopped(Way way) {
    // a moving average is part of the state; the frozen head has none
    Map<String, String> settings = way == Way.FROZEN ? Map.of() : Map.of("update.emaDecay", "0.9");
    List<Map<String, Double>> straight;
    try (Trainable run = way.open(settings)) {
      for (int i = 0; i < 2; i++) {
        run.step();
      }
      run.save(folder.resolve("state"));
      straight = rest(run, "straight");
    }
    try (Trainable run = way.open(settings)) {
      run.resume(folder.resolve("state"));
      assertThat(run.updates()).isEqualTo(2);
      assertThat(rest(run, "resumed")).isEqualTo(straight);
    }
    for (String file : way == Way.FROZEN ? List.of("") : List.of("", "-ema")) {
      assertThat(folder.resolve("resumed" + file + "/model.safetensors"))
          .hasSameBinaryContentAs(folder.resolve("straight" + file + "/model.safetensors"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedStateIsRefusedAndChangesNothing(Way way) throws IOException {
    try (Trainable run = way.open(Map.of())) {
      run.step();
      run.save(folder.resolve("state"));
      Path file = folder.resolve(way == Way.FROZEN ? "state/head.json" : "state/state.json");
      Files.writeString(file, Files.readString(file).replaceFirst("[1-9]", "0"));
      Map<String, Double> before = run.evaluate();
      assertThatThrownBy(() -> run.resume(folder.resolve("state")))
          .isInstanceOf(BadFileException.class);
      assertThat(run.updates()).isEqualTo(1);
      assertThat(run.evaluate()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStateOfOtherSettingsIsRefused(Way way) {
    try (Trainable run = way.open(Map.of())) {
      run.step();
      run.save(folder.resolve("state"));
    }
    try (Trainable run = way.open(Map.of("seed", "7"))) {
      assertThatThrownBy(() -> run.resume(folder.resolve("state")))
          .hasMessageContaining("was saved with training.seed 1, this run has 7");
    }
  }

  /** 1e-5: the head's dot product in float32 against one in double. */
  @Test
  void theFrozenHeadsEvaluationIsThatOfTheModelItSaves() {
    Map<String, Double> evaluation;
    try (Trainable run = Way.FROZEN.open(Map.of())) {
      run.step();
      evaluation = run.evaluate();
      run.saveModel(folder.resolve("policy"));
    }
    try (RewardModel saved = RewardModel.load(folder.resolve("policy"), Engine.PLAN)) {
      double mean =
          (evaluation.getOrDefault("eval/chosen", Double.NaN)
                  + evaluation.getOrDefault("eval/rejected", Double.NaN))
              / 2;
      assertThat(saved.statistics().orElseThrow().mean()).isCloseTo(mean, within(1e-9));
      var codec =
          new ModelCodec(
              saved.tokenizer(),
              java.util.Optional.empty(),
              saved.config().eosTokenIds(),
              saved.config().vocabSize());
      var pairs = PairSplit.of(CarefulPairs.of(96), 32, codec, 128).heldOut();
      double sum = 0;
      for (var pair : pairs) {
        sum +=
            saved
                    .scores(
                        List.of(
                            new TokenSequence(
                                codec.encode(pair.prompt()), codec.encodeResponse(pair.chosen()))),
                        256)[0]
                / pairs.size();
      }
      assertThat(sum).isCloseTo(evaluation.get("eval/chosen"), within(1e-5));
    }
  }

  @Test
  void aHeadThatOverflowsStopsOrIsSkippedAsTheGuardSays() {
    try (Trainable run = Way.FROZEN.open(Map.of("frozen.learningRate", "1e300"))) {
      assertThatThrownBy(run::step)
          .isInstanceOf(NonFiniteException.class)
          .hasMessageContaining("learning rate, 1.0E300, is too high");
      assertThat(run.updates()).isZero();
      run.guard(failure -> true);
      Map<String, Double> before = run.evaluate();
      assertThat(run.step().metrics()).containsEntry("skipped_steps", 1.0);
      assertThat(run.updates()).isEqualTo(1);
      assertThat(run.evaluate()).isEqualTo(before);
    }
  }

  @Test
  void whatIsForTheOtherHeadIsRefused() {
    Map<String, String> files = Map.of("model", "m", "data", "d");
    assertThatThrownBy(() -> Way.FROZEN.open(Map.of("update.learningRate", "1")))
        .hasMessageStartingWith("update.learningRate is 1.0: that is for head full");
    assertThatThrownBy(() -> Way.FULL.open(Map.of("frozen.l2", "2")))
        .hasMessageStartingWith("frozen.l2 is 2.0: that is for head frozen");
    assertThat(RewardModelConfig.of(files).run().evaluation().size()).isEqualTo(128);
  }

  @Test
  void theTemplatesReadBackAsTheDefaults() throws IOException {
    Path file = folder.resolve("config.yaml");
    for (List<Record> parts :
        List.of(DpoConfig.defaults().parts(), RewardModelConfig.defaults().parts())) {
      Files.writeString(file, ConfigFile.template("heading", parts));
      assertThat(Fields.with(parts, ConfigFile.read(file, parts))).isEqualTo(parts);
    }
  }
}
