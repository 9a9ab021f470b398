package org.align4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.align4j.bench.reproduce.SyntheticResults;
import org.align4j.bench.reproduce.page.ReproductionPage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page about a reproduction in a real browser, where one is installed. */
final class ReproductionBrowserTest {

  @TempDir private static Path root;
  private static @Nullable Browser started;
  private static Path page;

  private Browser browser;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> chromium = Browser.installed();
    assumeTrue(
        chromium.isPresent(),
        "no chromium is on the PATH: install Debian's package chromium to test the page in it");
    SyntheticResults.write(root.resolve("results"));
    page = root.resolve("reproduce.html");
    ReproductionPage.write(root.resolve("results"), page);
    started = Browser.start(chromium.get());
  }

  @AfterAll
  static void stop() throws Exception {
    if (started != null) {
      started.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    browser = java.util.Objects.requireNonNull(started);
    browser.prefer("light");
    browser.resize(1280, 900);
    browser.open(page);
    render();
  }

  @AfterEach
  void theConsoleIsSilent() throws Exception {
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.evaluate("root.dataset.errors").asText()).isEqualTo("0");
  }

  /** Charts in closed details have no width of their own until these are opened. */
  private void render() throws Exception {
    browser.evaluate("document.querySelectorAll('section > details').forEach(d => d.open = true)");
    browser.evaluate("cards.forEach(card => card.render())");
  }

  /** For someone to look at. */
  private void picture(String name) throws Exception {
    render();
    browser.screenshot(Path.of("target", "reproduce-" + name + ".png"));
  }

  private List<String> texts(String expression) throws Exception {
    List<String> texts = new ArrayList<>();
    browser.evaluate(expression).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  @Test
  void everyChartOfAFigureHasACurveOfEachAlgorithm() throws Exception {
    picture("light");
    assertThat(
            texts(
                "[...new Set([...document.querySelectorAll('#figure1 figure')].map(f => f.dataset.series))]"))
        .containsExactly("3");
    assertThat(
            texts(
                "[...new Set([...document.querySelectorAll('#ablations figure')].map(f => f.dataset.series))]"))
        .containsExactly("6");
  }

  @Test
  void everyClaimHasOneVerdict() throws Exception {
    int claims =
        browser.evaluate("report.sections.flatMap(section => section.claims).length").asInt();
    assertThat(browser.evaluate("document.querySelectorAll('#verdict-table .pill').length").asInt())
        .isEqualTo(claims);
    assertThat(
            browser
                .evaluate(
                    "[...document.querySelectorAll('#tally b')].reduce((sum, b) => sum + Number(b.textContent), 0)")
                .asInt())
        .isEqualTo(claims);
  }

  @Test
  void anAlgorithmIsHiddenInEveryFigure() throws Exception {
    browser.evaluate("document.querySelector('#legend button').click()");
    browser.evaluate("cards.forEach(card => card.render())");
    assertThat(
            browser.evaluate("document.querySelector('#figure1 figure').dataset.series").asText())
        .isEqualTo("2");
  }

  @Test
  void atFourHundredPixelsNothingIsWiderThanTheScreen() throws Exception {
    browser.resize(400, 800);
    browser.open(page);
    picture("narrow");
    assertThat(browser.evaluate("root.scrollWidth - root.clientWidth").asInt()).isZero();
  }

  @Test
  void darkIsFollowedAndReachesTheCharts() throws Exception {
    String curve = browser.evaluate("colourOf(0)").asText();
    browser.prefer("dark");
    browser.waitFor("root.dataset.theme === 'dark'");
    picture("dark");
    assertThat(browser.evaluate("colourOf(0)").asText()).isNotEqualTo(curve);
  }

  @Test
  void theKeyRShowsEveryRun() throws Exception {
    browser.press("r");
    browser.evaluate("cards.forEach(card => card.render())");
    // x, and for each of three algorithms five runs and their mean
    assertThat(browser.evaluate("cards[0].plot.data.length").asInt()).isEqualTo(1 + 3 * 6);
  }

  @Test
  void anArrowKeyTellsTheValuesOfAnUpdate() throws Exception {
    browser.evaluate("cards[0].chart.focus()");
    browser.press("ArrowRight");
    browser.waitFor("cards[0].chart.querySelector('.tip:not([hidden])') !== null");
    assertThat(browser.evaluate("cards[0].chart.querySelector('.tip').innerText").asText())
        .contains("update 1", "PPO", "REINFORCE++", "GRPO");
  }
}
