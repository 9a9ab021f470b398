package org.align4j.bench.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.align4j.algorithms.convention.Algorithm;
import org.junit.jupiter.api.Test;

/** What {@code --algorithms} may say. */
class AlgorithmNamesTest {

  @Test
  void allAloneIsEveryAlgorithm() {
    assertThat(AlgorithmNames.expand(List.of("all")))
        .hasSameSizeAs(Algorithm.ALL)
        .contains("ppo", "flash-reinforce", "kl-cov")
        .doesNotContain("distillation");
    assertThat(AlgorithmNames.expand(List.of("rloo", "own"))).containsExactly("rloo", "own");
  }
}
