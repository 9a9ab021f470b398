package org.align4j.models.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.TokenSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RewardModelTest {

  private static final Path FOLDER = Path.of("src/test/resources/scalar/llama");

  /** Rewards of every prefix of a text, from LlamaForSequenceClassification. */
  @ParameterizedTest
  @MethodSource("org.align4j.core.engine.Engine#all")
  void rewardsAreThoseOfTransformersAtTheLastToken(Engine engine) throws IOException {
    JsonNode json = new ObjectMapper().readTree(FOLDER.resolve("scalar.json").toFile());
    int[] ids = new int[json.path("ids").size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = json.path("ids").get(i).asInt();
    }
    List<TokenSequence> prefixes = new ArrayList<>();
    for (int length = 1; length <= ids.length; length++) {
      prefixes.add(TokenSequence.ofText(Arrays.copyOf(ids, length)));
    }

    try (RewardModel model = RewardModel.load(FOLDER, engine)) {
      float[] rewards = model.scores(prefixes, 16);

      assertThat(rewards).hasSize(ids.length);
      for (int i = 0; i < ids.length; i++) {
        // float32 rounding of two layers on values of about 4
        assertThat((double) rewards[i])
            .isCloseTo(json.path("values").get(i).asDouble(), within(1e-5));
      }
    }
  }

  private static final List<TokenSequence> SEQUENCES =
      List.of(
          new TokenSequence(new int[] {1, 2, 3}, new int[] {4, 5}),
          new TokenSequence(new int[] {1, 2, 3}, new int[] {6}),
          new TokenSequence(new int[] {2}, new int[] {}));

  /** The layers' float32 rounding does not matter: both read the same hidden states. */
  @ParameterizedTest
  @MethodSource("org.align4j.core.engine.Engine#all")
  void aReplacedHeadScoresTheFeatures(Engine engine) {
    try (RewardModel model = RewardModel.load(FOLDER, engine)) {
      float[][] features = model.features(SEQUENCES, 16);
      float[] head = new float[model.config().hiddenSize()];
      for (int c = 0; c < head.length; c++) {
        head[c] = (c % 5 - 2) / 10f;
      }
      model.replaceHead(head);

      float[] rewards = model.scores(SEQUENCES, 16);

      for (int b = 0; b < rewards.length; b++) {
        double expected = 0;
        for (int c = 0; c < head.length; c++) {
          expected += (double) head[c] * features[b][c];
        }
        assertThat((double) rewards[b]).isCloseTo(expected, within(1e-5));
      }
      assertThatThrownBy(() -> model.replaceHead(new float[3]))
          .hasMessage("the head has 3 weights, the body's hidden size is %s", head.length);
    }
  }

  @Test
  void statisticsAreSavedWithTheModelAndMakeZScores(@TempDir Path folder) {
    RewardStatistics statistics = RewardStatistics.of(new double[] {1, 2, 3, 6});
    // mean 3, squares 4 + 1 + 0 + 9 over four
    assertThat(statistics).isEqualTo(new RewardStatistics(3, Math.sqrt(3.5), 4));
    try (RewardModel model = RewardModel.load(FOLDER, Engine.PLAN)) {
      float[] raw = model.scores(SEQUENCES, 16);
      assertThat(model.statistics()).isEmpty();
      assertThat(model.standardScores(SEQUENCES, 16)).isEqualTo(raw);
      model.save(folder.resolve("saved"), statistics);
      try (RewardModel saved = RewardModel.load(folder.resolve("saved"), Engine.PLAN)) {
        assertThat(saved.statistics()).contains(statistics);
        assertThat(saved.scores(SEQUENCES, 16)).isEqualTo(raw);
        float[] standard = saved.standardScores(SEQUENCES, 16);
        for (int b = 0; b < raw.length; b++) {
          // a rounding of float32
          assertThat((double) standard[b]).isCloseTo((raw[b] - 3) / Math.sqrt(3.5), within(1e-6));
        }
      }
    }
  }

  @Test
  void damagedStatisticsAreRefused(@TempDir Path folder) throws IOException {
    Path saved = folder.resolve("saved");
    try (RewardModel model = RewardModel.load(FOLDER, Engine.PLAN)) {
      model.save(saved, new RewardStatistics(0, 1, 2));
    }
    Path file = saved.resolve(RewardStatistics.FILE);
    Files.writeString(file, "{\"mean\": 1, \"deviation\": -1, \"count\": 4}");
    assertThatThrownBy(() -> RewardModel.load(saved, Engine.PLAN))
        .hasMessageContainingAll(
            "reward_statistics.json", "deviation is -1.0: it must be 0 or above");
    Files.writeString(file, "{\"mean\": 1}");
    assertThatThrownBy(() -> RewardModel.load(saved, Engine.PLAN))
        .hasMessageContaining("has no number \"deviation\"");
  }

  @Test
  void rewardsThatAreAllEqualAreOnlyCentred() {
    assertThat(RewardStatistics.of(new double[] {2, 2}).zScore(5)).isEqualTo(3);
  }
}
