package org.align4j.models.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.TokenSequence;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RewardModelTest {

  private static final Path FOLDER = Path.of("src/test/resources/scalar/llama");

  /** Rewards of every prefix of a text, from LlamaForSequenceClassification. */
  @ParameterizedTest
  @EnumSource
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
}
