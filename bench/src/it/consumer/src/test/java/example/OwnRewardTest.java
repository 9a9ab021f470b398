package example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A reward of a user needs nothing but a function. */
final class OwnRewardTest {

  @Test
  void theStepPrintsTheScoreOfEachPart() {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      OwnReward.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    String line = printed.toString(StandardCharsets.UTF_8).strip();
    assertTrue(line.matches("[01]\\.\\d+ [01]\\.\\d+"), line);
  }
}
