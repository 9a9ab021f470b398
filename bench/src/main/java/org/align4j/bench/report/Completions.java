package org.align4j.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteStreams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.bench.report.folder.LenientLines;
import org.jspecify.annotations.Nullable;

/**
 * Samples of a run that the page carries: some steps, evenly spread with the first and the last,
 * and of each the first samples, as far as the room goes.
 *
 * @param stepsWritten steps in the file
 * @param steps steps shown
 */
record Completions(int stepsWritten, List<StepSamples> steps) {

  static final Completions NONE = new Completions(0, ImmutableList.of());

  private static final int STEPS = 30;
  private static final int SAMPLES = 64;
  private static final int TEXT = 4_000;
  private static final int TOKENS = 1_000;

  /**
   * @param step the step
   * @param written samples in the file
   * @param samples those shown
   */
  record StepSamples(long step, int written, List<Sample> samples) {}

  /**
   * One sample; what the file does not have is null.
   *
   * @param id identifier of the prompt
   * @param prompt prompt
   * @param answer reference answer
   * @param completion what was sampled, cut where it is too long
   * @param finished whether it ended by itself
   * @param length response tokens
   * @param score raw score
   * @param verdict what the reward says of it
   * @param rewards each reward by name
   * @param advantage advantage of the sample
   * @param tokens texts of the response tokens, as far as they are shown
   * @param logProbs log-probability of each
   * @param kl KL of each
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Sample(
      String id,
      String prompt,
      @Nullable String answer,
      String completion,
      @Nullable Boolean finished,
      @Nullable Integer length,
      @Nullable Number score,
      @Nullable String verdict,
      @Nullable Map<String, @Nullable Number> rewards,
      @Nullable Number advantage,
      @Nullable List<String> tokens,
      @Nullable Curve logProbs,
      @Nullable Curve kl) {

    static Sample of(JsonNode line) {
      JsonNode tokens = line.path("tokens");
      List<String> texts = tokens.isArray() ? texts(tokens) : null;
      return new Sample(
          line.path("id").asText(),
          cut(line.path("prompt").asText()),
          line.path("answer").isValueNode() ? cut(line.path("answer").asText()) : null,
          cut(line.path("completion").asText()),
          line.path("finished").isBoolean() ? line.path("finished").asBoolean() : null,
          length(tokens),
          number(line.path("score")),
          line.path("verdict").isTextual() ? line.path("verdict").asText() : null,
          rewards(line.path("rewards")),
          number(line.path("advantage")),
          texts,
          curve(line.path("log_probs"), texts),
          curve(line.path("kl"), texts));
    }

    private static @Nullable Integer length(JsonNode tokens) {
      if (tokens.isArray()) {
        return tokens.size();
      }
      return tokens.isNumber() ? tokens.asInt() : null;
    }

    private static List<String> texts(JsonNode tokens) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < Math.min(TOKENS, tokens.size()); i++) {
        texts.add(tokens.get(i).asText());
      }
      return texts;
    }

    /** A value a token; null unless there are as many as tokens. */
    private static @Nullable Curve curve(JsonNode values, @Nullable List<String> texts) {
      if (texts == null || !values.isArray() || values.size() < texts.size()) {
        return null;
      }
      double[] numbers = new double[texts.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = values.get(i).asDouble(Double.NaN);
      }
      return new Curve(numbers);
    }

    private static @Nullable Map<String, @Nullable Number> rewards(JsonNode rewards) {
      if (!rewards.isObject()) {
        return null;
      }
      Map<String, @Nullable Number> scores = new LinkedHashMap<>();
      rewards.properties().forEach(field -> scores.put(field.getKey(), number(field.getValue())));
      return scores;
    }

    private static @Nullable Number number(JsonNode node) {
      return node.isNumber() ? Curve.rounded(node.asDouble()) : null;
    }

    private static String cut(String text) {
      return text.length() <= TEXT
          ? text
          : text.substring(0, TEXT) + " … (" + (text.length() - TEXT) + " characters more)";
    }
  }

  /**
   * Reads what fits.
   *
   * @param room about how many bytes of the file may be shown
   */
  static Completions read(Path file, long room) {
    if (!Files.isRegularFile(file)) {
      return NONE;
    }
    try {
      List<CompletionIndex.Block> written = CompletionIndex.of(file);
      List<CompletionIndex.Block> shown = spread(written);
      ImmutableList.Builder<StepSamples> steps = ImmutableList.builder();
      for (CompletionIndex.Block block : shown) {
        steps.add(step(file, block, room / shown.size()));
      }
      return new Completions(written.size(), steps.build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<CompletionIndex.Block> spread(List<CompletionIndex.Block> blocks) {
    if (blocks.size() <= STEPS) {
      return blocks;
    }
    ImmutableList.Builder<CompletionIndex.Block> spread = ImmutableList.builder();
    for (int i = 0; i < STEPS; i++) {
      spread.add(blocks.get((int) ((long) i * (blocks.size() - 1) / (STEPS - 1))));
    }
    return spread.build();
  }

  private static StepSamples step(Path file, CompletionIndex.Block block, long room)
      throws IOException {
    ImmutableList.Builder<Sample> samples = ImmutableList.builder();
    try (InputStream in = Files.newInputStream(file)) {
      ByteStreams.skipFully(in, block.start());
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      Iterator<String> lines = reader.lines().limit(Math.min(SAMPLES, block.lines())).iterator();
      long used = 0;
      while (lines.hasNext() && used < room) {
        String line = lines.next();
        used += line.length();
        LenientLines.object(line).map(Sample::of).ifPresent(samples::add);
      }
    }
    return new StepSamples(block.step(), block.lines(), samples.build());
  }
}
