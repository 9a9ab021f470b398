package org.align4j.algorithms.curriculum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import org.align4j.algorithms.curriculum.CurriculumStream.Drawn;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.Prompts;
import org.junit.jupiter.api.Test;

class CurriculumStreamTest {

  private static final Prompts PROMPTS = ArithmeticTask.heldOut(50);

  @Test
  void aStreamTakesEveryPromptOnceAPassAndGoesOnWhereItWas() {
    CurriculumStream stream = new CurriculumStream(PROMPTS, 3, null);
    List<Drawn> pass = stream.next(50);
    assertThat(new HashSet<>(pass)).hasSize(50);
    assertThat(stream.next(50)).isNotEqualTo(pass).hasSameElementsAs(pass);
    CurriculumStream resumed = new CurriculumStream(PROMPTS, 3, null);
    resumed.seek(stream.cursor());
    assertThat(resumed.next(70)).isEqualTo(stream.next(70));
    assertThat(new CurriculumStream(PROMPTS, 4, null).next(50)).isNotEqualTo(pass);
  }

  /**
   * Of 50 prompts 25 are always solved and 25 half the time: the latter come up ten times as often.
   */
  @Test
  void promptsSolvedHalfTheTimeArePreferredToThoseAlwaysSolved() {
    try (CurriculumStream stream = new CurriculumStream(PROMPTS, 3, new SuccessRate())) {
      for (int i = 0; i < 50; i++) {
        stream.observe(i, 10, i < 25 ? 10 : 5);
      }
      long open = stream.next(2_000).stream().filter(drawn -> drawn.index() >= 25).count();
      // The share is 10 / 11; five standard errors of 2,000 draws are 0.03.
      assertThat(open / 2_000.0).isBetween(0.87, 0.95);
    }
  }

  @Test
  void aPromptNeverTriedIsTakenAndNoWeightIsBelowATenth() {
    SuccessRate curriculum = new SuccessRate();
    assertThat(curriculum.weight(0, 0)).isEqualTo(1);
    assertThat(curriculum.weight(0.5, 4)).isEqualTo(1);
    assertThat(curriculum.weight(0, 4)).isEqualTo(0.1);
    assertThat(curriculum.weight(1, 4)).isEqualTo(0.1);
  }

  @Test
  void theBuiltInCurriculumIsFoundByName() {
    assertThat(Curriculum.registry().get("success-rate")).isInstanceOf(SuccessRate.class);
  }
}
