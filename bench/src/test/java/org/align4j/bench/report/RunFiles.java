package org.align4j.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes run folders. */
public final class RunFiles {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RunFiles() {}

  /** A run as a comparison writes it: metrics of every panel and one sample a step. */
  public static Path run(Path comparison, String algorithm, int seed, int steps)
      throws IOException {
    Path folder = Files.createDirectories(comparison.resolve(algorithm).resolve("seed-" + seed));
    for (int step = 1; step <= steps; step++) {
      Map<String, Object> metrics = new LinkedHashMap<>();
      metrics.put("step", step);
      double noise = Math.sin(step * (seed + algorithm.length())) / 20;
      for (String metric : MetricText.PAPER) {
        metrics.put(metric, 0.5 + noise + step * 0.01);
      }
      metrics.put("train/entropy", 0.5 - noise);
      metrics.put("time/generate", 1.5);
      metrics.put("time/policy_update", 2.5 + noise);
      metrics.put("time/total", 4.5 + noise);
      line(folder.resolve("metrics.jsonl"), metrics);
      line(folder.resolve("completions.jsonl"), sample(step, "p" + step, "one and one is two"));
    }
    return folder;
  }

  static Map<String, Object> sample(long step, String prompt, String completion) {
    Map<String, Object> sample = new LinkedHashMap<>();
    sample.put("step", step);
    sample.put("id", prompt);
    sample.put("prompt", "Prompt " + prompt);
    sample.put("completion", completion);
    sample.put("score", 1.0);
    return sample;
  }

  /** Adds a line of JSON. */
  static void line(Path file, Map<String, Object> object) throws IOException {
    text(file, MAPPER.writeValueAsString(object) + "\n");
  }

  /** Adds text. */
  public static void text(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Writes {@code run.json}. */
  public static void describe(
      Path folder, String algorithm, int seed, String status, Map<String, Object> settings)
      throws IOException {
    line(
        folder.resolve("run.json"),
        Map.of(
            "format", 1,
            "algorithm", algorithm,
            "seed", seed,
            "status", status,
            "updates", 100,
            "settings", settings,
            "data", List.of(Map.of("path", "train.jsonl"))));
  }
}
