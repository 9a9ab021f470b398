package org.align4j.bench.reproduce.preference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.Prompt;
import org.junit.jupiter.api.Test;

/** What annotators are shown and how they choose. */
final class DemonstrationsTest {

  private static final int MANY = 2000;

  /** Idle steps are the only thing that is added. */
  @Test
  void aPaddedSolutionIsACarefulOneWithIdleSteps() {
    for (int i = 0; i < MANY; i++) {
      String own = ArithmeticTask.demonstration(i).response();
      String shown = Demonstrations.get(i).response();
      assertThat(shown.replaceAll("; (\\d+)\\+0=\\1(?=;)", "")).isEqualTo(own);
      assertThat(shown.length()).isLessThanOrEqualTo(Demonstrations.LONGEST);
    }
  }

  @Test
  void allThreeStylesOccur() {
    List<String> all =
        IntStream.range(0, MANY).mapToObj(i -> Demonstrations.get(i).response()).toList();
    assertThat(all).anyMatch(text -> text.contains("+0="));
    assertThat(all).anyMatch(text -> text.contains(";") && !text.contains("+0="));
    assertThat(all).anyMatch(text -> !text.contains(";"));
  }

  /** σ(2 + 0.1·(10 − 20)) = σ(1). */
  @Test
  void annotatorsChooseByBradleyAndTerry() {
    Prompt prompt = Prompt.text("p", "two:", "2");
    Sample right = new Sample(prompt, "#### 2", 10, true);
    Sample wrong = new Sample(prompt, "#### 3", 20, false);
    assertThat(Labeller.bradleyTerry(2, 0.1).preference(right, wrong))
        .isEqualTo(OptionalDouble.of(1 / (1 + StrictMath.exp(-1))));
    assertThat(Labeller.bradleyTerry(2, 0.1).preference(right, right)).isEmpty();
    assertThat(Labeller.RIGHT.preference(wrong, right)).isEqualTo(OptionalDouble.of(0));
    assertThat(Labeller.RIGHT.preference(wrong, wrong)).isEmpty();
  }

  /**
   * Of three pairs of unequal length two have the longer preferred; d = 10, 10, −10: 10/√(4·300).
   */
  @Test
  void factsCountWhatIsPreferred() {
    Prompt prompt = Prompt.text("p", "two:", "2");
    Sample shorter = new Sample(prompt, "a", 10, true);
    Sample longer = new Sample(prompt, "b", 20, false);
    PairFacts facts = new PairFacts();
    facts.labelled(longer, shorter);
    facts.labelled(longer, shorter);
    facts.labelled(shorter, longer);
    facts.labelled(shorter, shorter);
    assertThat(facts.longerPreferred()).isEqualTo(2 / 3.0);
    assertThat(facts.lengthCorrelation()).isEqualTo(10 / Math.sqrt(4 * 300));
  }
}
