package org.align4j.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.engine.SamplingSettings;
import org.junit.jupiter.api.Test;

final class GeneratorTest {

  private static final int EOS = 3;

  private final HashingNetwork network = new HashingNetwork(8);

  private Generator generator(int slots) {
    return new Generator(network, 64, ImmutableSet.of(EOS), GeneratorTest::letters, slots);
  }

  /** Token i is the i-th letter. */
  private static String letters(int[] ids) {
    var text = new StringBuilder();
    for (int id : ids) {
      text.append((char) ('a' + id));
    }
    return text.toString();
  }

  private static List<int[]> prompts(int count) {
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prompts.add(new int[] {1, i % 8, 2});
    }
    return prompts;
  }

  private static String text(List<SampledResponse> completions) {
    var text = new StringBuilder();
    for (SampledResponse c : completions) {
      text.append(c.prompt()).append('.').append(c.sample()).append(' ');
      text.append(letters(c.responseIds())).append(' ').append(c.finishReason()).append('\n');
    }
    return text.toString();
  }

  @Test
  void completionsDoNotDependOnHowManyAreDecodedAtOnce() {
    var settings = GenerationSettings.of(20);
    String one =
        text(generator(1).generate(prompts(9), 4, settings, 5, 100, GenerationListener.NONE));
    for (int slots : new int[] {3, 4, 10, 100}) {
      assertThat(
              text(
                  generator(slots)
                      .generate(prompts(9), 4, settings, 5, 100, GenerationListener.NONE)))
          .isEqualTo(one);
    }
    assertThat(network.closed).as("every slot was retired").isTrue();
  }

  @Test
  void theSequenceNumberAloneDecidesWhatIsDrawn() {
    var settings = GenerationSettings.of(20);
    var together = generator(8).generate(prompts(2), 3, settings, 5, 40, GenerationListener.NONE);
    var second =
        generator(8)
            .generate(prompts(2).subList(1, 2), 3, settings, 5, 43, GenerationListener.NONE);
    for (int s = 0; s < 3; s++) {
      assertThat(second.get(s).responseIds()).isEqualTo(together.get(3 + s).responseIds());
    }
    assertThat(together.get(0).responseIds()).isNotEqualTo(together.get(1).responseIds());
    assertThat(text(generator(8).generate(prompts(2), settings, 6)))
        .isNotEqualTo(text(generator(8).generate(prompts(2), settings, 5)));
  }

  @Test
  void anEndOfSequenceTokenIsTheLastOneAndTheOnlyOne() {
    var completions =
        generator(4)
            .generate(prompts(8), 4, GenerationSettings.of(10), 1, 0, GenerationListener.NONE);
    assertThat(completions).hasSize(32);
    for (SampledResponse c : completions) {
      String response = letters(c.responseIds());
      if (c.finishReason() == FinishReason.END_OF_SEQUENCE) {
        assertThat(response.indexOf('a' + EOS)).isEqualTo(response.length() - 1);
      } else {
        assertThat(response).hasSize(10).doesNotContain("d");
        assertThat(c.finishReason()).isEqualTo(FinishReason.LENGTH);
      }
      assertThat(c.logProbs()).hasSameSizeAs(c.responseIds());
    }
    assertThat(completions)
        .extracting(SampledResponse::finishReason)
        .contains(FinishReason.END_OF_SEQUENCE);
  }

  @Test
  void theSamplesOfAPromptComputeItOnceAndSlotsAreUsedAgain() {
    generator(4).generate(prompts(6), 4, GenerationSettings.of(5), 1, 0, GenerationListener.NONE);
    assertThat(network.prompts).isEqualTo(6);
    assertThat(network.widest).isEqualTo(4);
  }

  @Test
  void aStopStringEndsTheResponseWithTheTokenThatCompletesIt() {
    var settings = GenerationSettings.of(50).withStopStrings(ImmutableList.of("ef", "ab"));
    var eosFree = new Generator(network, 64, ImmutableSet.of(), GeneratorTest::letters, 8);
    int stopped = 0;
    for (SampledResponse c :
        eosFree.generate(prompts(8), 2, settings, 1, 0, GenerationListener.NONE)) {
      String response = letters(c.responseIds());
      int first = firstStop(response);
      if (c.finishReason() == FinishReason.STOP_STRING) {
        stopped++;
        assertThat(first).isEqualTo(response.length() - 2);
      } else {
        assertThat(first).isEqualTo(-1);
      }
    }
    assertThat(stopped).isPositive();
  }

  private static int firstStop(String response) {
    int ef = response.indexOf("ef");
    int ab = response.indexOf("ab");
    return ef < 0 ? ab : ab < 0 ? ef : Math.min(ef, ab);
  }

  @Test
  void aResponseEndsWhereTheModelHasNoMorePositions() {
    var small = new Generator(network, 5, ImmutableSet.of(), GeneratorTest::letters, 8);
    SampledResponse c = small.generate(prompts(1), GenerationSettings.of(50), 1).get(0);
    assertThat(c.responseIds()).hasSize(2);
    assertThat(c.finishReason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void aPromptLongerThanTheModelAllowsIsRefused() {
    var prompts = List.of(new int[] {1}, new int[64]);
    assertThatThrownBy(() -> generator(2).generate(prompts, GenerationSettings.of(1), 1))
        .hasMessage(
            "prompt 1 has 64 tokens, the model allows 64, prompt and response together: shorten"
                + " it");
    assertThatThrownBy(
            () -> generator(2).generate(List.of(new int[0]), GenerationSettings.of(1), 1))
        .hasMessage("prompt 0 is empty: at least one token is needed");
  }

  @Test
  void greedyCompletionsDoNotDependOnTheSeed() {
    var greedy = GenerationSettings.of(12).withSampling(SamplingSettings.GREEDY);
    assertThat(text(generator(3).generate(prompts(5), greedy, 1)))
        .isEqualTo(text(generator(5).generate(prompts(5), greedy, 2)));
  }

  @Test
  void theListenerHearsEveryTokenOfEverySample() {
    var heard = new StringBuilder();
    var completions =
        generator(1)
            .generate(
                prompts(2),
                2,
                GenerationSettings.of(6),
                9,
                0,
                (prompt, sample, token) -> heard.append((char) ('a' + token)));
    var all = new StringBuilder();
    completions.forEach(c -> all.append(letters(c.responseIds())));
    assertThat(heard.toString()).isEqualTo(all.toString());
  }
}
