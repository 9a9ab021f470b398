package org.align4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import org.align4j.algorithms.settings.RolloutSettings;
import org.junit.jupiter.api.Test;

/** All algorithms of a comparison take as many samples. */
class ComparisonSettingsTest {

  private static ComparisonSettings settings() {
    ComparisonSettings tiny = Comparisons.tiny(Path.of("out"));
    return new ComparisonSettings(
        ImmutableList.of("flash-reinforce", "grpo"),
        tiny.seed(),
        tiny.seeds(),
        tiny.config(),
        tiny.engine(),
        tiny.out(),
        tiny.description());
  }

  @Test
  void anAlgorithmOfOneSampleTakesThemFromMorePrompts() {
    RolloutSettings flash = settings().config("flash-reinforce", 1).training().rollout();
    assertThat(flash.prompts()).isEqualTo(4);
    assertThat(flash.samples()).isEqualTo(1);
    assertThat(settings().config("grpo", 1).training().rollout())
        .isEqualTo(settings().config().training().rollout());
  }

  @Test
  void whatIsSampledOtherwiseIsSaid() {
    assertThat(settings().difference("flash-reinforce"))
        .hasValue(
            "flash-reinforce is made for 1 sample a prompt: it takes 4 × 1, the others 2 × 2");
    assertThat(settings().difference("grpo")).isEmpty();
  }
}
