package org.align4j.algorithms.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose rules a case is run by. */
class CaseConventionTest {

  private static String version(String convention, String source) throws Exception {
    String text =
        """
        {"kind":"kl","convention":"CONVENTION","name":"k1","source":"SOURCE","config":{},"inputs":{},
         "expected":{"kl":1},"tolerance":0}
        """;
    return CaseConvention.of(
            ConformanceCase.of(
                new ObjectMapper()
                    .readTree(text.replace("CONVENTION", convention).replace("SOURCE", source))))
        .version();
  }

  /** The commits of the first case files; numbers between two presets; what says nothing. */
  @ParameterizedTest
  @CsvSource({
    "verl, verl b178a3cd trainer/ppo/core_algos.py, verl-0.7",
    "openrlhf, OpenRLHF 3c3be623 models/utils.py compute_approx_kl, openrlhf-0.11.0",
    "trl, TRL f2cd5771 trainer/grpo_trainer.py, trl-1.10",
    "verl, verl 0.8.0 trainer/ppo/core_algos.py, verl-0.8",
    "verl, verl 0.9.1, verl-0.9",
    "verl, verl 0.6.1 trainer/ppo/core_algos.py, verl-0.7",
    "openrlhf, openrlhf 0.11.1 models/loss.py, openrlhf-0.11.0",
    "trl, trl 2.0 trainer/grpo_trainer.py, trl-1.16",
    "verl, verl 0123456789abcdef, verl-0.9",
    "verl, trainer/ppo/core_algos.py, verl-0.9",
    "verl-0.8, verl 0.9.1 trainer/ppo/core_algos.py, verl-0.8",
    "paper, '', openrlhf-0.5.5",
  })
  void aPlainNameMeansTheVersionThatTheSourceNames(String name, String source, String expected)
      throws Exception {
    assertThat(version(name, source)).isEqualTo(expected);
  }

  @Test
  void anUnknownConventionIsRefused() {
    assertThatThrownBy(() -> version("verl-1", "verl 0.9.1"))
        .hasMessageStartingWith("unknown convention verl-1; did you mean verl");
  }
}
