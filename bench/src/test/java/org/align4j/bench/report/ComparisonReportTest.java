package org.align4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.OptionalLong;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.PhaseTotals;
import org.align4j.bench.compare.RunResult;
import org.junit.jupiter.api.Test;

/** The table puts CPU time beside wall time. */
final class ComparisonReportTest {

  private static RunResult run(String algorithm, double wall, double cpu, long tokens) {
    PhaseTotals phases =
        new PhaseTotals(
            ImmutableMap.of(Phase.GENERATE, wall),
            ImmutableMap.of(Phase.GENERATE, cpu),
            ImmutableMap.of(Phase.GENERATE, tokens));
    ImmutableMap<String, Double> row = ImmutableMap.of("train/reward", 0.5, "eval/reward", 0.25);
    return new RunResult(algorithm, 1, phases, row, row, row, OptionalLong.empty());
  }

  private static final String REPORT =
      ComparisonReport.of(List.of(run("ppo", 30, 48, 1000), run("reinforce++", 20, 24, 2000)));

  @Test
  void everyPhaseHasBothTimes() {
    assertThat(REPORT)
        .containsPattern("wall time, s +\\| +30\\.0 \\| +20\\.0 ")
        .containsPattern("CPU time, s +\\| +48\\.0 \\| +24\\.0 ");
    assertThat(REPORT.lines().filter(line -> line.contains("  generate, s"))).hasSize(2);
  }

  /** 30 : 20 and 48 : 24; for the same tokens twice as much. */
  @Test
  void theRatioIsOfBothTimes() {
    assertThat(REPORT)
        .contains("= 1.50 in wall time, 2.00 in CPU time; per response token 3.00 and 4.00");
  }

  @Test
  void aRewardThatKnowsNoRightAndWrongIsComparedByItsScore() {
    assertThat(REPORT).contains("held-out reward after").doesNotContain("accuracy");
  }

  /** Eight algorithms: seven, and one below. */
  @Test
  void manyAlgorithmsGoIntoSeveralTables() {
    List<String> names = List.of("a", "b", "c", "d", "e", "f", "g", "h");
    String report =
        ComparisonReport.of(names.stream().map(name -> run(name, 1, name.charAt(0), 1)).toList());
    assertThat(report.lines().filter(line -> line.startsWith("| CPU time")))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .containsPattern("\\| +97\\.0 \\|.* 102\\.0 \\| +103\\.0 \\|$")
                    .doesNotContain("104.0"),
            line -> assertThat(line).containsPattern("s +\\| +104\\.0 \\|$"));
  }
}
