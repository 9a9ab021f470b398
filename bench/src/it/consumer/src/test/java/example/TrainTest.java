package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model folder, a prompts file and a reward of one's own are all that a run needs. */
final class TrainTest {

  @TempDir Path folder;

  @Test
  void aRunStartedAgainGoesOnWhereItWas() throws IOException {
    Path model = folder.resolve("model");
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN)) {
      policy.save(model);
    }
    Path prompts = folder.resolve("prompts.jsonl");
    Files.writeString(prompts, "{\"question\": \"7, add 9:\"}\n".repeat(80));
    String out = folder.resolve("run").toString();
    List<String> first = run(model.toString(), prompts.toString(), "2", out);
    assertEquals(3, first.size(), first::toString);
    assertEquals("DONE", first.get(2));
    assertTrue(Files.isDirectory(Path.of(out, "checkpoints", "step-2")));
    List<String> again = run(model.toString(), prompts.toString(), "2", out);
    assertEquals(List.of("DONE"), again);
    assertEquals(2, Files.readAllLines(Path.of(out, "metrics.jsonl")).stream()
        .filter(line -> line.contains("train/reward")).count());
  }

  private static List<String> run(String... args) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Train.main(args);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
