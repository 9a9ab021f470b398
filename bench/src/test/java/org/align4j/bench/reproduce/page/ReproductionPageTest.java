package org.align4j.bench.reproduce.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.bench.reproduce.SyntheticResults;
import org.align4j.bench.reproduce.page.CostModel.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page and the pictures of result files. */
final class ReproductionPageTest {

  @TempDir private static Path root;
  private static Path results;

  @BeforeAll
  static void write() {
    results = root.resolve("results");
    SyntheticResults.write(results);
  }

  @Test
  void theSameFilesGiveTheSameBytes() throws IOException {
    Path one = root.resolve("one.html");
    Path two = root.resolve("two.html");
    ReproductionPage.write(results, one);
    ReproductionPage.write(results, two);
    assertThat(Files.mismatch(one, two)).isEqualTo(-1);
    assertThat(Pictures.draw(results)).isEqualTo(Pictures.draw(results));
  }

  @Test
  void bothPicturesAreDrawn() {
    ImmutableMap<String, String> pictures = Pictures.draw(results);
    assertThat(pictures.keySet()).containsExactly("reproduce-figure3.svg", "reproduce-table2.svg");
  }

  @Test
  void everyFigureAndTableHasASection() {
    Page page = new Sections(Results.read(results)).page();
    assertThat(page.sections().stream().map(Page.Section::id))
        .containsExactly(
            "figure1", "figure2", "figure3", "table1", "table2", "ablations", "tried", "sums");
  }

  /** Figures 1 to 3 and the ablations have the paper's panels. */
  @Test
  void everyFigureHasThePapersSixPanels() {
    Page page = new Sections(Results.read(results)).page();
    for (Page.Section section : page.sections()) {
      if (section.id().startsWith("figure")) {
        assertThat(section.panels().stream().map(Page.Panel::metric))
            .contains(
                "train/reward",
                "train/return",
                "train/kl",
                "train/policy_loss",
                "train/response_length",
                "train/total_length");
      }
    }
  }

  @Test
  void aStudyThatIsNotThereHasNoSection() {
    Path some = root.resolve("some");
    Results all = Results.read(results);
    all.get("small/figure2").orElseThrow().write(some.resolve("small").resolve("figure2.json"));
    Page page = new Sections(Results.read(some)).page();
    assertThat(page.sections().stream().map(Page.Section::id)).containsExactly("figure2", "table1");
  }

  @Test
  void aFolderWithoutResultsIsRefused() {
    assertThatThrownBy(() -> Results.readSome(root.resolve("nothing")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no results");
  }

  @Test
  void anotherFileIsNotReplaced() throws IOException {
    Path other = root.resolve("other.html");
    Files.writeString(other, "mine");
    assertThatThrownBy(() -> ReproductionPage.write(results, other))
        .hasMessageContaining("is not a reproduction");
  }

  /**
   * The critic's passes cost what the reference's and the policy's do but for the head: 1 s and 4 +
   * seed s for seeds 1 to 5, times 952,320 / 960,320; of 5·7 + 15 s.
   */
  @Test
  void theCriticIsPredictedFromReinforcesOwnTimes() {
    CostModel.Prediction prediction =
        CostModel.predict(Results.read(results).get("small/table2").orElseThrow());
    double share = 952_320.0 / 960_320;
    assertThat(prediction.critic()).isEqualTo(5 * share, within(1e-9));
    assertThat(prediction.criticUpdate()).isEqualTo(35 * share, within(1e-9));
    assertThat(prediction.total()).isEqualTo(50, within(1e-9));
  }

  /** Without generation and the bytes of the optimiser: 6 + 8 operations against 2 + 8 more. */
  @Test
  void withoutGenerationTheCriticAddsTenOfFourteenParts() {
    Assumptions free = new Assumptions("free", 300, 300, 0.4, 1e12, 1e12, true);
    assertThat(free.ratio()).isEqualTo(24.0 / 14, within(1e-6));
  }

  /** The assumptions span the paper's ratio. */
  @Test
  void thePapersRatioIsAmongThePredictions() {
    ImmutableList<Double> ratios =
        CostModel.ASSUMPTIONS.stream()
            .map(Assumptions::ratio)
            .collect(ImmutableList.toImmutableList());
    assertThat(ratios).anyMatch(ratio -> ratio < CostModel.PAPER);
    assertThat(ratios).anyMatch(ratio -> ratio > CostModel.PAPER);
  }

  @Test
  void numbersHaveThreeDigits() {
    assertThat(PageNumbers.text(0.00123456)).isEqualTo("0.00123");
    assertThat(PageNumbers.text(-12345.6)).isEqualTo("−12300");
    assertThat(PageNumbers.text(1)).isEqualTo("1");
    assertThat(PageNumbers.text(0)).isEqualTo("0");
  }
}
