package org.align4j.algorithms.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that passes everything would be worthless: cases that must fail do. */
class CaseFailuresTest {

  @TempDir Path folder;

  private static final String KL =
      """
      {"kind": "kl", "convention": "trl", "name": "k2", "config": {},
       "inputs": {"log_probs": [[-1.0, -2.0]], "ref_log_probs": [[-3.0, -5.0]], "mask": [[1, 0]]},
       "expected": {"kl": [[2.0, 0.0]]}, "tolerance": 1e-9}
      """;

  private CaseResult run(String json) throws IOException {
    Path file = folder.resolve("case.json");
    Files.writeString(file, json);
    return Conformance.runFile(file);
  }

  @Test
  void aRightAnswerPasses() throws IOException {
    CaseResult result = run(KL);
    assertThat(result.failures()).isEmpty();
    assertThat(result.passed()).isTrue();
    assertThat(result.kind()).isEqualTo("kl");
    assertThat(result.convention()).isEqualTo("trl");
    assertThat(result.name()).isEqualTo("k2");
  }

  @Test
  void aWrongNumberFailsWithGotExpectedAndPlace() throws IOException {
    assertThat(run(KL.replace("[[2.0, 0.0]]", "[[2.0, 0.5]]")).failures())
        .containsExactly(
            "kl[0, 1]: got 0.0, expected 0.5, tolerance 1.0E-9 (1 of 2 numbers differ)");
    assertThat(run(KL.replace("[[2.0, 0.0]]", "[[2.5, 3.0]]")).failures())
        .containsExactly(
            "kl[0, 1]: got 0.0, expected 3.0, tolerance 1.0E-9 (2 of 2 numbers differ)");
    assertThat(run(KL.replace("[[2.0, 0.0]]", "[[NaN, 0.0]]")).failures())
        .containsExactly(
            "kl[0, 0]: got 2.0, expected NaN, tolerance 1.0E-9 (1 of 2 numbers differ)");
  }

  /** 2 against 2.1 with 0.06: the bound is 0.06 · 2.1 = 0.126. */
  @Test
  void theToleranceIsScaledByTheExpectedNumber() throws IOException {
    String off = KL.replace("[[2.0, 0.0]]", "[[2.1, 0.0]]");
    assertThat(run(off.replace("1e-9", "0.06")).passed()).isTrue();
    assertThat(run(off.replace("1e-9", "0.04")).passed()).isFalse();
    assertThat(run(KL.replace("[[2.0, 0.0]]", "[[2.0, 0.05]]").replace("1e-9", "0.06")).passed())
        .isTrue();
  }

  @Test
  void aWrongShapeFails() throws IOException {
    assertThat(run(KL.replace("[[2.0, 0.0]]", "[2.0, 0.0]")).failures())
        .containsExactly("kl: got shape [1, 2], expected [2]");
  }

  @Test
  void whatCannotBeRunFails() throws IOException {
    assertThat(run("{").failures().get(0)).startsWith("not JSON: ");
    assertThat(run("{}").failures())
        .containsExactly("cannot be run: field kind is missing: a case has it");
    assertThat(run(KL.replace("\"kl\", \"conv", "\"lk\", \"conv")).failures().get(0))
        .startsWith("cannot be run: unknown kind lk; did you mean kl? Known: kl, advantage,");
    assertThat(run(KL.replace("trl", "trll")).failures().get(0))
        .startsWith("cannot be run: unknown convention trll; did you mean trl?");
    assertThat(run(KL.replace("\"k2\"", "\"k9\"")).failures().get(0))
        .startsWith("cannot be run: unknown KL estimator k9; did you mean k1?");
    assertThat(run(KL.replace("{\"kl\":", "{\"lk\":")).failures())
        .containsExactly("lk: no such result; there are [kl, grad]");
    assertThat(run(KL.replace("{\"kl\": [[2.0, 0.0]]}", "{}")).failures())
        .containsExactly("cannot be run: expected is {}: it must name at least one number");
    assertThat(run(KL.replace("\"mask\": [[1, 0]]", "\"mesk\": 1")).failures())
        .containsExactly("cannot be run: inputs.mask is missing: kl needs it");
    assertThat(run(KL.replace("[[-3.0, -5.0]]", "[[-3.0], [-5.0, 1]]")).failures())
        .containsExactly(
            "cannot be run: an array has 2 elements where its first row has 1: arrays are"
                + " rectangular");
    assertThat(run(KL.replace("[[-3.0, -5.0]]", "[[-3.0, \"x\"]]")).failures())
        .containsExactly("cannot be run: \"x\" is not a number: arrays hold numbers");
    assertThat(run(KL.replace("1e-9", "\"small\"")).failures())
        .containsExactly("cannot be run: tolerance is NaN: it must be at least 0");
    assertThat(Conformance.runFile(folder.resolve("absent.json")).failures().get(0))
        .startsWith("cannot be read: ");
  }

  @Test
  void aReportCountsBoth() throws IOException {
    Files.writeString(folder.resolve("a.json"), KL);
    Files.writeString(folder.resolve("b.json"), "nonsense");
    Files.writeString(folder.resolve("README.md"), "not a case");
    ConformanceReport report = Conformance.run(List.of(folder));
    assertThat(report.summary()).isEqualTo("1 passed, 1 failed");
    assertThat(report.passed()).isEqualTo(1);
    assertThat(report.failed()).isEqualTo(1);
    assertThat(report.results())
        .extracting(result -> result.file().getFileName().toString())
        .containsExactly("a.json", "b.json");
  }

  @Test
  void aFolderWithoutCasesIsAMistake() {
    assertThatThrownBy(() -> Conformance.run(List.of(folder)))
        .hasMessage(folder + " has no case files (*.json): pass a folder of cases");
    assertThatThrownBy(() -> Conformance.run(List.of(folder.resolve("no"))))
        .hasMessage(folder.resolve("no") + " is not a folder: pass folders of cases");
  }

  @Test
  void groupsMayBeNamedByStringsAndACoefficientBelowZeroIsZero() throws IOException {
    CaseResult result =
        run(
            """
            {"kind": "advantage", "convention": "openrlhf", "name": "dr-grpo",
             "config": {"kl_coef": -1, "reward_clip": [-1, 1], "kl_estimator": null},
             "inputs": {"mask": [[1], [1], [1]], "old_log_probs": [[-1], [-1], [-1]],
               "ref_log_probs": [[-2], [-2], [-2]], "rewards": [0, 1, 6], "group": ["a", "b", "b"]},
             "expected": {"advantages": [[0], [-1], [1]], "shaped_return": [0, -1, 1],
               "kl": [[1], [1], [1]]},
             "tolerance": 1e-12}
            """);
    assertThat(result.failures()).isEmpty();
  }

  @Test
  void aFixedControllerNeedsNoTarget() throws IOException {
    CaseResult result =
        run(
            """
            {"kind": "kl-controller", "convention": "openrlhf", "name": "fixed",
             "config": {"init": 0.2}, "inputs": {"kl": [1, 9]},
             "expected": {"coef": [0.2, 0.2]}, "tolerance": 0}
            """);
    assertThat(result.failures()).isEmpty();
    assertThat(
            run("""
            {"kind": "kl-controller", "convention": "openrlhf", "name": "adaptive",
             "config": {"init": 0.2}, "inputs": {"kl": [1]},
             "expected": {"coef": [0.2]}, "tolerance": 0}
            """)
                .failures())
        .containsExactly("cannot be run: config.target is missing: it is needed");
  }
}
