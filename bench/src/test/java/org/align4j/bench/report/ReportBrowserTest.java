package org.align4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, where one is installed. */
final class ReportBrowserTest {

  private static final String HOSTILE = "<img src=x onerror='window.hacked = true'></script><b>x";

  @TempDir private static Path root;
  private static @Nullable Browser started;
  private static Path page;

  private Browser browser;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> chromium = Browser.installed();
    assumeTrue(
        chromium.isPresent(),
        "no chromium is on the PATH: install Debian's package chromium to test the report in it");
    page = root.resolve("report.html");
    writeRuns(root.resolve("runs"));
    ReportPage.write(List.of(root.resolve("runs")), page);
    started = Browser.start(chromium.get());
  }

  private static void writeRuns(Path runs) throws IOException {
    for (String algorithm : List.of("ppo", "reinforce++", "my-own")) {
      for (int seed : new int[] {1, 2}) {
        Path run = RunFiles.run(runs, algorithm, seed, 30);
        RunFiles.describe(
            run, algorithm, seed, "done", Map.of("algorithm", algorithm, "clip", 0.2));
      }
    }
    Path odd = runs.resolve("ppo/seed-2");
    RunFiles.line(odd.resolve("metrics.jsonl"), Map.of("step", 31, "cpu/generate", 3.0));
    RunFiles.line(
        odd.resolve("events.jsonl"),
        Map.of("step", 4, "guard", "entropy-low", "level", "error", "message", HOSTILE));
    Path first = runs.resolve("my-own/seed-1");
    RunFiles.line(first.resolve("completions.jsonl"), RunFiles.sample(31, "last", HOSTILE));
    RunFiles.line(
        first.resolve("completions.jsonl"),
        Map.of(
            "step",
            31,
            "id",
            "coloured",
            "prompt",
            "p",
            "completion",
            "a<b",
            "tokens",
            List.of("a", "<b"),
            "log_probs",
            List.of(-0.1, -4.0),
            "kl",
            List.of(0.5, -0.5)));
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
    browser.evaluate("cards.forEach(card => card.render())");
  }

  @AfterEach
  void theConsoleIsSilent() throws Exception {
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.evaluate("root.dataset.errors").asText()).isEqualTo("0");
    assertThat(browser.evaluate("window.hacked === undefined").asBoolean()).isTrue();
  }

  private List<String> texts(String expression) throws Exception {
    List<String> texts = new ArrayList<>();
    browser.evaluate(expression).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** For someone to look at. */
  private void picture(String name) throws Exception {
    browser.evaluate("cards.forEach(card => card.render())");
    browser.screenshot(Path.of("target", "report-" + name + ".png"));
  }

  @Test
  void eachPanelHasACurveOfEachGroup() throws Exception {
    picture("light");
    assertThat(
            texts(
                "[...document.querySelectorAll('#paper figure, #metrics figure, #kl figure')].map(f => f.dataset.metric + ' ' + f.dataset.series)"))
        .containsExactly(
            "train/actor_lr 3",
            "train/kl 3",
            "train/return 3",
            "train/policy_loss 3",
            "train/reward 3",
            "train/response_length 3",
            "train/total_length 3",
            "Reward by KL consumed 3",
            "Reward by KL of the step 3",
            "train/entropy 3");
  }

  /** The mean of both seeds, the two edges of the band, and positions that rise. */
  @Test
  void aChartOfTwoSeedsHasMeanAndBand() throws Exception {
    JsonNode series =
        browser.evaluate(
            "cards.find(card => card.figure.dataset.metric === 'train/reward').plot.data.length");
    assertThat(series.asInt()).isEqualTo(1 + 3 * 3);
  }

  @Test
  void aHiddenGroupHasNoCurves() throws Exception {
    browser.evaluate("document.querySelector('#legend button').click()");
    browser.evaluate("cards.forEach(card => card.render())");
    assertThat(browser.evaluate("document.querySelector('#paper figure').dataset.series").asText())
        .isEqualTo("2");
  }

  @Test
  void everyRunAddsACurveARun() throws Exception {
    browser.press("r");
    browser.evaluate("cards.forEach(card => card.render())");
    assertThat(browser.evaluate("cards[0].plot.data.length").asInt()).isEqualTo(1 + 3 * 3);
    assertThat(browser.evaluate("byId('every-run').checked").asBoolean()).isTrue();
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
    String light = browser.evaluate("getComputedStyle(document.body).backgroundColor").asText();
    String curve = browser.evaluate("colourOf(0)").asText();
    browser.prefer("dark");
    browser.waitFor("root.dataset.theme === 'dark'");
    picture("dark");
    assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor").asText())
        .isNotEqualTo(light);
    assertThat(browser.evaluate("colourOf(0)").asText()).isNotEqualTo(curve);
  }

  @Test
  void anArrowKeyTellsTheValuesOfAStep() throws Exception {
    browser.evaluate("cards[4].chart.focus()");
    browser.press("ArrowRight");
    browser.press("ArrowRight");
    browser.waitFor("cards[4].chart.querySelector('.tip:not([hidden])') !== null");
    assertThat(browser.evaluate("cards[4].chart.querySelector('.tip').innerText").asText())
        .contains("step 2", "ppo", "reinforce++", "my-own", "±");
  }

  @Test
  void aCompletionIsTextAndNeverMarkup() throws Exception {
    browser.evaluate("browser.move(100)");
    assertThat(texts("[...document.querySelectorAll('#samples .text')].map(e => e.textContent)"))
        .containsExactly(HOSTILE, "a<b");
    assertThat(browser.evaluate("document.querySelectorAll('main img, main b > b').length").asInt())
        .isZero();
  }

  @Test
  void tokensAreColouredByTheirLogProbability() throws Exception {
    browser.evaluate("browser.move(100)");
    browser.evaluate(
        "const colour = document.querySelectorAll('#completions select')[1]; colour.value = 'logProbs'; colour.dispatchEvent(new Event('change'))");
    assertThat(texts("[...document.querySelectorAll('#samples .text span')].map(e => e.title)"))
        .containsExactly(
            "token 1, log-probability −0.1, KL 0.5", "token 2, log-probability −4, KL −0.5");
  }

  @Test
  void enterInTheSearchGoesToAStepThatHasIt() throws Exception {
    browser.press("/");
    browser.waitFor("document.activeElement === byId('search')");
    browser.evaluate(
        "byId('search').value = 'ONERROR'; byId('search').dispatchEvent(new Event('input'))");
    assertThat(texts("[...document.querySelectorAll('#samples .text')].map(e => e.textContent)"))
        .isEmpty();
    browser.press("Enter");
    assertThat(texts("[...document.querySelectorAll('#samples mark')].map(e => e.textContent)"))
        .containsExactly("onerror");
  }

  @Test
  void phasesAreBarsOnTheClockAndOfTheCores() throws Exception {
    assertThat(
            browser
                .evaluate(
                    "cards.find(c => c.figure.dataset.metric === 'Seconds a step').plot.data[0].length")
                .asInt())
        .isEqualTo(2 * 3);
  }

  /** A run whose first step is not done yet has neither steps nor completions. */
  @Test
  void aRunThatHasJustBegunIsShown() throws Exception {
    Path begun = root.resolve("begun");
    Files.createDirectories(begun);
    RunFiles.describe(begun, "grpo", 1, "running", Map.of());
    Path itsPage = root.resolve("begun.html");
    ReportPage.write(List.of(begun), itsPage);
    browser.open(itsPage);
    browser.evaluate("cards.forEach(card => card.render())");
    assertThat(browser.evaluate("byId('subtitle').textContent").asText())
        .contains("1 still going on");
    assertThat(browser.evaluate("document.querySelector('#paper figure').dataset.series").asText())
        .isEqualTo("0");
  }

  @Test
  void guardsAreListedWithTheirRun() throws Exception {
    assertThat(browser.evaluate("byId('guards-content').innerText").asText())
        .contains("ppo, seed 2", "entropy-low", HOSTILE);
  }
}
