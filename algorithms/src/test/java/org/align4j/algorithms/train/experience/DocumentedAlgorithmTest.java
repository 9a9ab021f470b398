package org.align4j.algorithms.train.experience;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.align4j.algorithms.advantage.AdvantageSettings;
import org.align4j.algorithms.convention.Algorithm;
import org.align4j.algorithms.convention.Convention;
import org.align4j.algorithms.convention.KlClamp;
import org.align4j.algorithms.convention.Whitening;
import org.align4j.algorithms.loss.PolicyLossSettings;
import org.align4j.algorithms.settings.RlSettings;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every algorithm trains with under every version of a convention is what the tables of {@code
 * docs/algorithms.md} and {@code docs/conventions.md} say: they are read here, and compared with
 * the parts that the trainer gets.
 */
class DocumentedAlgorithmTest {

  private static final Map<String, RlSettings> PRESETS =
      Map.of(
          "paper", RlSettings.paper(),
          "arithmetic", RlSettings.arithmetic(),
          "smallModel", RlSettings.smallModel());

  /** A table of the documents: cells by row (its first cell) and column. */
  private static Map<String, Map<String, String>> table(String page, String heading) {
    Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    List<String> header = new ArrayList<>();
    boolean inside = false;
    for (String line : lines(page)) {
      if (line.startsWith("#")) {
        inside = line.endsWith(heading);
      } else if (inside && line.startsWith("|") && !line.startsWith("|-")) {
        List<String> cells =
            Splitter.on('|').trimResults().splitToList(line.substring(1, line.length() - 1));
        if (header.isEmpty()) {
          header.addAll(cells);
          continue;
        }
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < cells.size(); i++) {
          row.put(header.get(i), cells.get(i));
        }
        rows.put(cells.get(0).replace("`", ""), row);
      }
    }
    return rows;
  }

  private static List<String> lines(String page) {
    try {
      return Files.readAllLines(Path.of("../docs", page));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyAlgorithmUnderEveryConventionIsWhatTheDocumentsSay() {
    var algorithms = table("algorithms.md", "Table of algorithms");
    var rules = table("conventions.md", "Rules");
    var older = olderRecipes();
    return PRESETS.entrySet().stream()
        .flatMap(preset ->
            algorithms.keySet().stream()
                .flatMap(algorithm ->
                    Convention.VERSIONS.stream()
                        .map(convention ->
                            DynamicTest.dynamicTest(
                                preset.getKey() + ", " + algorithm + ", " + convention.version(),
                                () ->
                                    check(
                                        preset.getValue(),
                                        algorithm,
                                        convention.version(),
                                        older.getOrDefault(
                                            convention.version() + " " + algorithm,
                                            algorithms
                                                .getOrDefault(algorithm, Map.of())
                                                .getOrDefault(convention.name(), "")),
                                        rules)))));
  }

  /** Cells by version and algorithm. */
  private static Map<String, String> olderRecipes() {
    Map<String, String> older = new LinkedHashMap<>();
    boolean inside = false;
    for (String line : lines("conventions.md")) {
      if (line.startsWith("#")) {
        inside = line.endsWith("Recipes of older versions");
      } else if (inside && line.startsWith("| `")) {
        List<String> cells = Splitter.on('|').trimResults().splitToList(line.replace("`", ""));
        older.put(cells.get(1) + " " + cells.get(2), cells.get(3));
      }
    }
    return older;
  }

  /** A plain name is its newest version. */
  @Test
  void aPlainNameTrainsAsItsNewestVersion() {
    for (Convention plain : Convention.ALL) {
      RlSettings settings = RlSettings.arithmetic().withAlgorithm("reinforce++-baseline");
      assertThat(ResolvedAlgorithm.of(settings.withConvention(plain.name())).objective().settings())
          .isEqualTo(
              ResolvedAlgorithm.of(settings.withConvention(plain.version()))
                  .objective()
                  .settings());
    }
  }

  private static void check(
      RlSettings preset,
      String algorithm,
      String convention,
      String cell,
      Map<String, Map<String, String>> rules) {
    ResolvedAlgorithm resolved =
        ResolvedAlgorithm.of(preset.withAlgorithm(algorithm).withConvention(convention));
    AdvantageSettings advantage = resolved.advantage(preset.kl().coefficient());
    PolicyLossSettings loss = resolved.objective().settings();
    Map<String, String> ours = new LinkedHashMap<>();
    Map<String, String> documented = new LinkedHashMap<>();
    rules.forEach((rule, row) -> documented.put(rule, row.getOrDefault(convention, "")));

    Convention.AdvantageRules estimator = advantage.convention().advantage();
    ours.put("order of clip, KL and baseline", estimator.shaping().name());
    ours.put("columns a discount counts", estimator.discounting().name());
    ours.put(
        "reinforce, reinforce++ stop at holes", String.valueOf(estimator.returnsStopAtHoles()));
    ours.put("prompt with one sample", estimator.singleton().name());
    ours.put("GRPO's ε beside the deviation", number(estimator.groupEpsilon()));
    ours.put("λ of GAE", number(advantage.lambda()));
    ours.put(
        "clip of the score",
        Double.isInfinite(advantage.rewardClipHigh())
            ? "none"
            : advantage.rewardClipLow() + " to " + advantage.rewardClipHigh());
    String whitening = whitening(estimator.whitening().get(resolved.algorithm().estimator()));
    String row =
        switch (resolved.algorithm().estimator()) {
          case "gae", "reinforce++" -> "whitening of gae, reinforce++";
          case "reinforce++-baseline", "gdpo" -> "whitening of reinforce++-baseline, gdpo";
          case "rloo" -> "whitening of rloo";
          default -> "";
        };
    if (row.isEmpty()) {
      assertThat(whitening).as("whitening").isEqualTo("none");
    } else {
      ours.put(row, whitening);
    }
    boolean inLoss = resolved.klPlace() == Algorithm.KlPlace.LOSS;
    String kl = inLoss ? loss.klEstimator() : advantage.klEstimator();
    ours.put(
        "clamp of " + kl, clamp((inLoss ? loss.convention() : advantage.convention()).klClamp(kl)));
    Convention.LossRules rule = loss.convention().loss();
    ours.put("log-ratio of ρ held within ±", number(rule.logRatioLimit()));
    ours.put("log-ratio of GSPO held below", number(rule.sequenceLogRatioLimit()));
    ours.put("means count empty rows", String.valueOf(rule.countsEmptyRows()));
    ours.put("dual clip", number(loss.dualClip()));
    ours.put("seq-mean-token-sum-norm is", rule.sumNorm().label());
    ours.put("entropy at the temperature", String.valueOf(rule.entropyAtTemperature()));
    ours.put("KL in the loss times ρ", loss.options().klWeighting().name());
    ours.put("clip of the value", number(resolved.valueLoss().clip()));
    ours.forEach((name, value) -> assertThat(value).as(name).isEqualTo(documented.get(name)));

    assertThat(loss.aggregation().label() + "; " + kl + (inLoss ? " in loss" : " in reward"))
        .isEqualTo(cell);
    assertThat(advantage.klCoefficient()).isEqualTo(inLoss ? 0 : preset.kl().coefficient());
    assertThat(loss.klCoefficient()).isEqualTo(inLoss ? preset.kl().coefficient() : 0);
    assertThat(loss.constantLength()).isEqualTo(preset.rollout().maxNewTokens());
    assertThat(List.of(advantage.gamma(), loss.clipLow(), loss.clipHigh()))
        .as("γ and ε of the table of defaults")
        .containsExactly(1.0, 0.2, 0.2);
  }

  private static String number(double value) {
    return Double.isInfinite(value) ? "none" : String.valueOf(value);
  }

  private static String whitening(@org.jspecify.annotations.Nullable Whitening whitening) {
    return whitening == null
        ? "none"
        : "%s, ddof %s, ε %s, %s"
            .formatted(whitening.scope(), whitening.ddof(), whitening.epsilon(), whitening.form());
  }

  private static String clamp(KlClamp clamp) {
    if (clamp.equals(KlClamp.NONE)) {
      return "none";
    }
    String ratio = Double.isInfinite(clamp.logRatio()) ? "" : "Δ ±" + clamp.logRatio() + ", ";
    return ratio + "value ±" + clamp.value();
  }
}
