package org.align4j.bench.report.svg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Pictures for documents. */
final class SvgChartTest {

  private static final List<Double> X = List.of(0.0, 0.5, 1.0);

  private static String bands() {
    return SvgChart.bands(
        "Reward against KL",
        "KL consumed, nats a response",
        "reward",
        List.of(
            new SvgChart.Line(
                "reinforce++",
                X,
                List.of(0.5, 0.7, 0.9),
                List.of(0.45, 0.66, 0.88),
                List.of(0.55, 0.74, 0.92)),
            new SvgChart.Line(
                "grpo",
                X,
                List.of(0.5, 0.65, 0.8),
                List.of(0.4, 0.6, 0.75),
                List.of(0.6, 0.7, 0.85))));
  }

  private static String bars() {
    return SvgChart.stackedBars(
        "Time of a step",
        "seconds",
        List.of("ppo", "reinforce++"),
        List.of(
            new SvgChart.Segment("generate", List.of(1.2, 1.1)),
            new SvgChart.Segment("policy update", List.of(2.0, 2.1)),
            new SvgChart.Segment("critic update", List.of(1.9, 0.0))));
  }

  @Test
  void equalDataGiveEqualBytes() {
    assertThat(bands()).isEqualTo(bands());
    assertThat(bars()).isEqualTo(bars());
  }

  /** Both algorithms' colours as in page.js, each as a line and as a band. */
  @Test
  void eachAlgorithmHasItsColourAsLineAndBand() {
    assertThat(bands()).contains("rgb(213,94,0)", "rgb(0,158,115)");
  }

  @Test
  void eachPhaseHasItsColour() {
    assertThat(bars()).contains("rgb(63,154,140)", "rgb(59,74,154)", "rgb(147,49,90)");
  }

  @Test
  void lettersAreShapesAndTheTitleIsToldInWords() {
    assertThat(bands()).doesNotContain("<text").contains("Reward against KL");
  }

  @Test
  void aLineWithAMissingValueIsRefused() {
    assertThatThrownBy(() -> new SvgChart.Line("ppo", X, List.of(1.0), X, X))
        .hasMessageContaining("3 positions but 1 values");
    assertThatThrownBy(() -> new SvgChart.Line("ppo", X, List.of(1.0, Double.NaN, 2.0), X, X))
        .hasMessageContaining("not finite");
  }
}
