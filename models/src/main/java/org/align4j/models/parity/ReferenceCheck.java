package org.align4j.models.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.FileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.generate.SampledResponse;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.SequenceScores;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.chat.ChatMessage;
import org.align4j.models.text.chat.ChatTemplate;

/**
 * A model against recorded answers: {@code reference.jsonl} (ids, log-probs, entropy, the most
 * likely next tokens, the greedy continuation), {@code tokenizer.jsonl} (ids and decoded text) and
 * {@code chat.jsonl} (rendered chats and their ids). Each line is one check.
 */
final class ReferenceCheck {

  private static final String REFERENCE = "reference.jsonl";
  private static final String TOKENIZER = "tokenizer.jsonl";
  private static final String CHAT = "chat.jsonl";

  /** Of log-probs and entropy, absolute. */
  private static final double TOLERANCE = 1e-3;

  private static final int SLOTS = 16;

  private final Policy policy;
  private final Tokenizer tokenizer;
  private final Consumer<ParityResult> listener;

  ReferenceCheck(Policy policy, Consumer<ParityResult> listener) {
    this.policy = policy;
    this.tokenizer = policy.tokenizer();
    this.listener = listener;
  }

  /** Whether a folder holds answers of a model. */
  static boolean isReference(Path folder) {
    return Stream.of(REFERENCE, TOKENIZER, CHAT)
        .anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  void run(Path folder) {
    tokenizerLines(folder.resolve(TOKENIZER));
    chatLines(folder.resolve(CHAT));
    referenceLines(folder.resolve(REFERENCE));
  }

  private void tokenizerLines(Path file) {
    List<JsonNode> lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      JsonNode line = lines.get(i);
      Deviations deviations = deviations(file, i);
      checkIds(deviations, line);
      checkText(
          deviations,
          "decoded text",
          tokenizer.decode(JsonArrays.ints(line.path("ids"))),
          line.path("decoded").asText());
      listener.accept(deviations.result());
    }
  }

  private void chatLines(Path file) {
    List<JsonNode> lines = lines(file);
    if (lines.isEmpty()) {
      return;
    }
    ChatTemplate template =
        policy
            .chatTemplate()
            .orElseThrow(
                () -> new BadFileException(file, "the model has no chat template to compare with"));
    for (int i = 0; i < lines.size(); i++) {
      JsonNode line = lines.get(i);
      Deviations deviations = deviations(file, i);
      List<ChatMessage> messages = new ArrayList<>();
      for (JsonNode message : line.path("messages")) {
        messages.add(
            new ChatMessage(message.path("role").asText(), message.path("content").asText()));
      }
      checkText(deviations, "chat text", template.prompt(messages), line.path("text").asText());
      checkIds(deviations, line);
      listener.accept(deviations.result());
    }
  }

  private void referenceLines(Path file) {
    List<JsonNode> lines = lines(file);
    if (lines.isEmpty()) {
      return;
    }
    List<int[]> prompts = new ArrayList<>();
    for (JsonNode line : lines) {
      prompts.add(JsonArrays.ints(line.path("ids")));
    }
    ImmutableList<SampledResponse> greedy = greedy(lines, prompts);
    for (int i = 0; i < lines.size(); i++) {
      JsonNode line = lines.get(i);
      Deviations deviations = deviations(file, i);
      checkIds(deviations, line);
      checkScores(deviations, line, prompts.get(i));
      checkNextTokens(deviations, line, prompts.get(i));
      int[] wanted = JsonArrays.ints(line.path("greedy"));
      int[] answered = greedy.get(i).responseIds();
      if (!Arrays.equals(answered, wanted)) {
        deviations.failure(
            "greedy continuation differs from token " + Arrays.mismatch(answered, wanted) + " on");
      }
      listener.accept(deviations.result());
    }
  }

  /** Continuations up to the longest that was recorded: a shorter one has met its end. */
  private ImmutableList<SampledResponse> greedy(List<JsonNode> lines, List<int[]> prompts) {
    int longest = lines.stream().mapToInt(line -> line.path("greedy").size()).max().orElse(0);
    var settings =
        GenerationSettings.of(Math.max(1, longest)).withSampling(SamplingSettings.GREEDY);
    return policy.generator(SLOTS).generate(prompts, settings, 0);
  }

  private void checkScores(Deviations deviations, JsonNode line, int[] ids) {
    if (ids.length < 2) {
      return;
    }
    SequenceScores scores =
        policy.score(
            PackedSequences.ofResponses(List.of(TokenSequence.ofText(ids)), Integer.MAX_VALUE, 1f));
    deviations.add(
        "log_probs",
        "",
        Deviations.largestDifference(
            scores.outputs()[0], JsonArrays.floats(line.path("log_probs"))),
        TOLERANCE);
    deviations.add(
        "entropy",
        "",
        Deviations.largestDifference(scores.entropy()[0], JsonArrays.floats(line.path("entropy"))),
        TOLERANCE);
  }

  /** The recorded next tokens as five responses of one token to the same prompt. */
  private void checkNextTokens(Deviations deviations, JsonNode line, int[] ids) {
    JsonNode top = line.path("next_top5");
    List<TokenSequence> candidates = new ArrayList<>();
    float[] wanted = new float[top.size()];
    for (int k = 0; k < wanted.length; k++) {
      candidates.add(new TokenSequence(ids, new int[] {top.get(k).get(0).asInt()}));
      wanted[k] = (float) top.get(k).get(1).asDouble();
    }
    if (candidates.isEmpty()) {
      return;
    }
    float[][] logProbs =
        policy.score(PackedSequences.ofResponses(candidates, Integer.MAX_VALUE, 1f)).outputs();
    float[] answered = new float[wanted.length];
    for (int k = 0; k < answered.length; k++) {
      answered[k] = logProbs[k][0];
    }
    deviations.add("next_top5", "", Deviations.largestDifference(answered, wanted), TOLERANCE);
  }

  private void checkIds(Deviations deviations, JsonNode line) {
    int[] wanted = JsonArrays.ints(line.path("ids"));
    int[] answered = tokenizer.encode(line.path("text").asText());
    if (!Arrays.equals(answered, wanted)) {
      deviations.failure("ids differ from token " + Arrays.mismatch(answered, wanted) + " on");
    }
  }

  private static void checkText(
      Deviations deviations, String what, String answered, String wanted) {
    if (!answered.equals(wanted)) {
      int at = 0;
      while (at < Math.min(answered.length(), wanted.length())
          && answered.charAt(at) == wanted.charAt(at)) {
        at++;
      }
      deviations.failure(what + " differs from character " + at + " on");
    }
  }

  private static Deviations deviations(Path file, int line) {
    return new Deviations(file + ":" + (line + 1));
  }

  private static List<JsonNode> lines(Path file) {
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    List<JsonNode> lines = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank()) {
          lines.add(JsonFiles.mapper().readTree(line));
        }
      }
    } catch (JsonProcessingException e) {
      throw new BadFileException(file, "line " + (lines.size() + 1) + " is not JSON", e);
    } catch (IOException e) {
      throw new FileException(file, e);
    }
    return lines;
  }
}
