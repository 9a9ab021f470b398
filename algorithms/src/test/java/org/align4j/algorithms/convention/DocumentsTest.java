package org.align4j.algorithms.convention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.kl.KlEstimator;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.train.report.Metric;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/algorithms.md} are those of the code. */
class DocumentsTest {

  private static List<String> table(String heading) throws IOException {
    return table("algorithms.md", heading);
  }

  private static List<String> table(String page, String heading) throws IOException {
    List<String> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("../docs", page))) {
      if (line.startsWith("#")) {
        inside = line.endsWith(heading);
      } else if (inside && line.startsWith("|") && !line.startsWith("|-")) {
        rows.add(line);
      }
    }
    return rows;
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  @Test
  void theMetricTableIsTheCode() throws IOException {
    List<String> expected = new ArrayList<>();
    expected.add(row("metric", "definition", "unit", "healthy"));
    for (Metric metric : Metric.values()) {
      expected.add(
          row("`" + metric.label() + "`", metric.description(), metric.unit(), metric.healthy()));
    }
    assertThat(table("Metrics")).isEqualTo(expected);
  }

  @Test
  void theAlgorithmTableIsTheCode() throws IOException {
    List<String> expected = new ArrayList<>();
    expected.add(
        row("algorithm", "estimator", "loss", "needs", "paper", "openrlhf", "verl", "trl"));
    for (Algorithm algorithm : Algorithm.ALL) {
      List<String> needs = new ArrayList<>();
      if (algorithm.needsCritic()) {
        needs.add("critic");
      }
      if (algorithm.needsGreedyRollout()) {
        needs.add("greedy rollout");
      }
      if (algorithm.needsGroups()) {
        needs.add("groups");
      }
      if (algorithm.ownSamples() == 1) {
        needs.add("one sample a prompt");
      }
      List<String> cells =
          new ArrayList<>(
              List.of(
                  "`" + algorithm.name() + "`",
                  "`" + algorithm.estimator() + "`",
                  "`" + algorithm.loss() + "`",
                  needs.isEmpty() ? "-" : String.join(", ", needs)));
      for (Convention convention : Convention.ALL) {
        cells.add(cell(algorithm, convention));
      }
      expected.add(row(cells.toArray(String[]::new)));
    }
    assertThat(table("Table of algorithms")).isEqualTo(expected);
  }

  private static String cell(Algorithm algorithm, Convention convention) {
    Algorithm.Recipe recipe = algorithm.under(convention);
    return recipe.aggregation().label()
        + "; "
        + recipe.klEstimator()
        + (recipe.klPlace() == Algorithm.KlPlace.LOSS ? " in loss" : " in reward");
  }

  /** Whatever an older version has otherwise than the newest of its peer. */
  @Test
  void theTableOfOlderRecipesIsTheCode() throws IOException {
    List<String> expected = new ArrayList<>();
    expected.add(row("version", "algorithm", "recipe"));
    for (Convention version : Convention.VERSIONS) {
      for (Algorithm algorithm : Algorithm.ALL) {
        if (!cell(algorithm, version).equals(cell(algorithm, Convention.of(version.name())))) {
          expected.add(
              row(
                  "`" + version.version() + "`",
                  "`" + algorithm.name() + "`",
                  cell(algorithm, version)));
        }
      }
    }
    assertThat(table("conventions.md", "Recipes of older versions")).isEqualTo(expected);
  }

  @Test
  void theTableOfPlainNamesIsTheCode() throws IOException {
    List<String> expected = new ArrayList<>();
    expected.add(row("plain name", "means", "other versions"));
    for (Convention plain : Convention.ALL) {
      List<String> others =
          Convention.VERSIONS.stream()
              .filter(c -> c != plain && c.name().equals(plain.name()))
              .map(c -> "`" + c.version() + "`")
              .toList();
      expected.add(
          row(
              "`" + plain.name() + "`",
              "`" + plain.version() + "`",
              others.isEmpty() ? "-" : String.join(", ", others)));
    }
    assertThat(table("conventions.md", "Names")).isEqualTo(expected);
  }

  private static final Map<String, Function<Convention, Object>> RULES =
      ImmutableMap.<String, Function<Convention, Object>>builder()
          .put("order of clip, KL and baseline", c -> c.advantage().shaping())
          .put("columns a discount counts", c -> c.advantage().discounting())
          .put("`reinforce`, `reinforce++` stop at holes", c -> c.advantage().returnsStopAtHoles())
          .put("prompt with one sample", c -> c.advantage().singleton())
          .put("GRPO's ε beside the deviation", c -> c.advantage().groupEpsilon())
          .put("whitening of `gae`, `reinforce++`", c -> whitening(c, "gae", "reinforce++"))
          .put(
              "whitening of `reinforce++-baseline`, `gdpo`",
              c -> whitening(c, "reinforce++-baseline", "gdpo"))
          .put("whitening of `rloo`", c -> whitening(c, "rloo"))
          .put("λ of GAE", c -> c.advantage().lambda())
          .put("clip of the score", c -> bounds(c.advantage().clipLow(), c.advantage().clipHigh()))
          .put("clamp of k1", c -> clamp(c.klClamp("k1")))
          .put("clamp of k2", c -> clamp(c.klClamp("k2")))
          .put("clamp of k3", c -> clamp(c.klClamp("k3")))
          .put("log-ratio of ρ held within ±", c -> number(c.loss().logRatioLimit()))
          .put("log-ratio of GSPO held below", c -> number(c.loss().sequenceLogRatioLimit()))
          .put("GSPO's gradient", c -> c.loss().sequenceGradient())
          .put(
              "GSPO's aggregation",
              c -> c.loss().sequenceAggregation().map(Aggregation::label).orElse("as set"))
          .put("GSPO dual-clipped", c -> c.loss().dualClipsSequences())
          .put("CISPO's bound is absolute", c -> c.loss().ratioCap())
          .put("means count empty rows", c -> c.loss().countsEmptyRows())
          .put("aggregation", c -> c.loss().aggregation().label())
          .put("`seq-mean-token-sum-norm` is", c -> c.loss().sumNorm().label())
          .put("dual clip", c -> number(c.loss().dualClip()))
          .put("clip of the value", c -> c.loss().valueClip())
          .put("entropy at the temperature", c -> c.loss().entropyAtTemperature())
          .put("KL in the loss times ρ", c -> c.loss().klWeighting())
          .buildOrThrow();

  private static String number(double value) {
    return Double.isInfinite(value) ? "none" : String.valueOf(value);
  }

  private static String bounds(double low, double high) {
    return Double.isInfinite(high) ? "none" : low + " to " + high;
  }

  private static String clamp(KlClamp clamp) {
    if (clamp.equals(KlClamp.NONE)) {
      return "none";
    }
    String ratio = Double.isInfinite(clamp.logRatio()) ? "" : "Δ ±" + clamp.logRatio() + ", ";
    return ratio + "value ±" + clamp.value();
  }

  private static String whitening(Convention convention, String... estimators) {
    Whitening whitening = convention.advantage().whitening().get(estimators[0]);
    for (String estimator : estimators) {
      assertThat(convention.advantage().whitening().get(estimator)).isEqualTo(whitening);
    }
    return whitening == null
        ? "none"
        : "%s, ddof %s, ε %s, %s"
            .formatted(whitening.scope(), whitening.ddof(), whitening.epsilon(), whitening.form());
  }

  @Test
  void theConventionTableIsTheCode() throws IOException {
    List<String> expected = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("rule"));
    Convention.VERSIONS.forEach(convention -> header.add(convention.version()));
    expected.add(row(header.toArray(String[]::new)));
    RULES.forEach((rule, value) -> {
      List<String> cells = new ArrayList<>(List.of(rule));
      Convention.VERSIONS.forEach(convention -> cells.add(String.valueOf(value.apply(convention))));
      expected.add(row(cells.toArray(String[]::new)));
    });
    assertThat(table("conventions.md", "Rules")).isEqualTo(expected);
  }

  @Test
  void everyAlgorithmNamesWhatIsRegistered() {
    for (Algorithm algorithm : Algorithm.ALL) {
      AdvantageEstimator estimator = AdvantageEstimator.registry().get(algorithm.estimator());
      assertThat(estimator.needsValues()).isEqualTo(algorithm.needsCritic());
      assertThat(estimator.needsGreedyRewards()).isEqualTo(algorithm.needsGreedyRollout());
      assertThat(estimator.needsGroups()).isEqualTo(algorithm.needsGroups());
      assertThat(PolicyLoss.registry().names()).contains(algorithm.loss());
      for (Convention convention : Convention.ALL) {
        assertThat(KlEstimator.registry().names())
            .contains(algorithm.under(convention).klEstimator());
      }
    }
    for (Convention convention : Convention.VERSIONS) {
      assertThat(KlEstimator.registry().names()).containsAll(convention.kl().keySet());
      assertThat(AdvantageEstimator.registry().names())
          .containsAll(convention.advantage().whitening().keySet());
      assertThat(Convention.of(convention.version())).isSameAs(convention);
      assertThat(convention.recipes().keySet())
          .isSubsetOf(Algorithm.ALL.stream().map(Algorithm::name).toList());
    }
  }

  /** PPO alone trains a critic; ReMax alone needs a greedy sample. */
  @Test
  void algorithmsAreFoundByName() {
    assertThat(Algorithm.ALL.stream().filter(Algorithm::needsCritic))
        .extracting(Algorithm::name)
        .containsExactly("ppo");
    assertThat(Algorithm.of("ppo").estimator()).isEqualTo("gae");
    assertThat(Algorithm.of("remax").needsGreedyRollout()).isTrue();
    assertThatThrownBy(() -> Algorithm.of("pppo"))
        .hasMessageStartingWith(
            "unknown algorithm pppo; did you mean ppo? Known: ppo, reinforce++,");
    assertThatThrownBy(() -> Convention.of("openrlfh"))
        .hasMessage(
            "unknown convention openrlfh; did you mean openrlhf? Known: openrlhf, openrlhf-0.11.0,"
                + " openrlhf-0.11.2, openrlhf-0.5.5, paper, trl, trl-1.10, trl-1.16, verl, verl-0.7,"
                + " verl-0.8, verl-0.9");
    assertThat(Convention.of("verl")).isSameAs(Convention.VERL);
    assertThatThrownBy(
            () -> new Whitening(Whitening.Scope.TOKENS, 2, 1, Whitening.Form.VARIANCE_PLUS))
        .hasMessage("ddof is 2: it must be 0 or 1");
    assertThatThrownBy(
            () -> new Whitening(Whitening.Scope.TOKENS, 1, 0, Whitening.Form.VARIANCE_PLUS))
        .hasMessage("epsilon is 0.0: it must be above 0");
  }

  @Test
  void everyAggregationIsFoundByItsLabel() {
    for (Aggregation aggregation : Aggregation.values()) {
      assertThat(Aggregation.of(aggregation.label())).isEqualTo(aggregation);
    }
  }

  /** Variance 4: 1/2 as it is, 1/√(4+5), 1/(2+3); a floor above it is what counts. */
  @Test
  void epsilonGoesWhereTheFormSays() {
    assertThat(scale(Whitening.Form.VARIANCE_FLOOR, 1e-8)).isEqualTo(0.5);
    assertThat(scale(Whitening.Form.VARIANCE_FLOOR, 16)).isEqualTo(0.25);
    assertThat(scale(Whitening.Form.VARIANCE_PLUS, 5)).isEqualTo(1 / 3.0);
    assertThat(scale(Whitening.Form.DEVIATION_PLUS, 3)).isEqualTo(0.2);
  }

  private static double scale(Whitening.Form form, double epsilon) {
    return new Whitening(Whitening.Scope.TOKENS, 0, epsilon, form).scale(4);
  }
}
