package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.junit.jupiter.api.Test;

/** The published modules are all that a consumer needs. */
final class LoopTest {

  @Test
  void theLoopPrintsARewardAnUpdate() {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Loop.main(new String[] {"2"});
    } finally {
      System.setOut(before);
    }
    List<Double> rewards =
        printed.toString(StandardCharsets.UTF_8).lines().map(Double::parseDouble).toList();
    assertEquals(2, rewards.size());
    assertTrue(rewards.stream().allMatch(reward -> reward >= 0 && reward <= 1), rewards::toString);
  }

  @Test
  void theEstimatorIsFoundByName() {
    assertTrue(AdvantageEstimator.registry().names().contains("half-baseline"));
  }
}
