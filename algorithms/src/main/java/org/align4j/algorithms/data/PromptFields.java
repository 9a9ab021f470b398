package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a line has its prompt and its answer. A key may be a path: {@code
 * reward_model.ground_truth} is the key {@code ground_truth} of the object {@code reward_model},
 * unless the line itself has a key with that point.
 *
 * @param promptKey key of the prompt: a text, or an array of messages with role and content; empty:
 *     the first present of {@link #PROMPTS}
 * @param answerKey key of the reference answer, then needed on every line; empty: the first present
 *     of {@link #ANSWERS}
 * @param answerNeeded whether a line without a reference answer is a bad line
 */
public record PromptFields(String promptKey, String answerKey, boolean answerNeeded) {

  /**
   * Keys of prompts that are found by themselves, in this order; "input" is added to "instruction".
   */
  public static final ImmutableList<String> PROMPTS =
      ImmutableList.of("question", "prompt", "problem", "query", "instruction", "messages");

  /** Keys of reference answers that are found by themselves, in this order. */
  public static final ImmutableList<String> ANSWERS =
      ImmutableList.of(
          "answer",
          "ground_truth",
          "final_answer",
          "target",
          "reward_model.ground_truth",
          "label",
          "solution");

  /** Keys found by themselves, answers where there are some. */
  public static final PromptFields AUTO = new PromptFields("", "");

  private static final String GSM8K_MARK = "####";

  /** Fields of prompts that may have no answer. */
  public PromptFields(String promptKey, String answerKey) {
    this(promptKey, answerKey, false);
  }

  /** The same fields, where each line must have a reference answer or not. */
  public PromptFields withAnswerNeeded(boolean needed) {
    return new PromptFields(promptKey, answerKey, needed);
  }

  Prompt parse(String id, JsonNode line) {
    String key = promptKey.isEmpty() ? present(line, PROMPTS).orElse("prompt") : promptKey;
    JsonNode value = find(line, key);
    checkArgument(
        value != null,
        "it has no \"%s\" (its keys: %s): name it with --prompt-key",
        promptKey.isEmpty() ? String.join("\", \"", PROMPTS) : key,
        keys(line));
    String answer = rawAnswer(line, ANSWERS);
    checkArgument(
        !answerNeeded || !answer.isEmpty(),
        "it has no answer (its keys: %s): name it with --answer-key",
        keys(line));
    if (value.isTextual()) {
      checkArgument(!value.asText().isBlank(), "its \"%s\" is empty", key);
      return Prompt.text(id, value.asText() + input(key, line), finalAnswer(answer))
          .withOptions(ChatOptions.of(line));
    }
    return Prompt.chat(id, messages(key, value), finalAnswer(answer))
        .withOptions(ChatOptions.of(line));
  }

  /** What an instruction is about, as Alpaca's files have it. */
  private static String input(String key, JsonNode line) {
    String input = key.equals("instruction") ? line.path("input").asText("") : "";
    return input.isBlank() ? "" : "\n\n" + input;
  }

  /** The whole reference, for GSM8K the worked solution; nothing where there is none. */
  String rawAnswer(JsonNode line, ImmutableList<String> candidates) {
    if (answerKey.isEmpty()) {
      String key = present(line, candidates).orElse("");
      JsonNode value = key.isEmpty() ? null : find(line, key);
      checkArgument(
          value == null || value.isValueNode() || !answerNeeded,
          "its \"%s\" is not a text or a number: name the answer with --answer-key",
          key);
      return value == null || !value.isValueNode() ? "" : value.asText().strip();
    }
    JsonNode value = find(line, answerKey);
    checkArgument(value != null, "it has no \"%s\" (its keys: %s)", answerKey, keys(line));
    checkArgument(
        value.isValueNode() && !isBlank(value), "its \"%s\" is not a text or a number", answerKey);
    return value.asText().strip();
  }

  private static boolean isBlank(JsonNode value) {
    boolean noNumber = value.isDouble() && !Double.isFinite(value.doubleValue());
    return value.isNull() || noNumber || (value.isValueNode() && value.asText().isBlank());
  }

  private static String finalAnswer(String answer) {
    int mark = answer.lastIndexOf(GSM8K_MARK);
    return (mark < 0 ? answer : answer.substring(mark + GSM8K_MARK.length())).strip();
  }

  static ImmutableList<Message> messages(String key, JsonNode value) {
    checkArgument(
        value.isArray() && !value.isEmpty(),
        "its \"%s\" is neither a text nor an array of messages",
        key);
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : value) {
      checkArgument(
          message instanceof ObjectNode
              && message.path("role").isTextual()
              && (isContent(message.path("content")) || message.hasNonNull("tool_calls")),
          "a message of its \"%s\" has no role or no content",
          key);
      messages.add(new Message((ObjectNode) message));
    }
    return ImmutableList.copyOf(messages);
  }

  /** A text, or parts such as {@code {"type": "text", "text": …}}. */
  private static boolean isContent(JsonNode content) {
    return content.isTextual() || (content.isArray() && !content.isEmpty());
  }

  static String keys(JsonNode line) {
    return String.join(", ", ImmutableList.copyOf(line.fieldNames()));
  }

  /** The value of a key or of a path of keys and, in arrays, of indices; null for none. */
  static @Nullable JsonNode find(JsonNode line, String key) {
    JsonNode value = line.get(key);
    if (value != null || key.indexOf('.') < 0) {
      return value;
    }
    value = line;
    for (String part : Splitter.on('.').split(key)) {
      boolean index = value.isArray() && part.matches("\\d{1,6}");
      value = index ? value.get(Integer.parseInt(part)) : value.get(part);
      if (value == null) {
        return null;
      }
    }
    return value;
  }

  private static Optional<String> present(JsonNode line, ImmutableList<String> candidates) {
    return usable(line, candidates).stream().findFirst();
  }

  private static ImmutableList<String> usable(JsonNode line, ImmutableList<String> candidates) {
    return candidates.stream()
        .filter(key -> {
          JsonNode value = find(line, key);
          return value != null && !isBlank(value);
        })
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * Which of several keys a line has are taken, in a sentence; nothing where there is no choice.
   */
  String choices(JsonNode line) {
    List<String> choices = new ArrayList<>();
    ImmutableList<String> prompts = usable(line, PROMPTS);
    if (promptKey.isEmpty() && prompts.size() > 1) {
      choices.add(choice(prompts, "prompt", "--prompt-key"));
    }
    ImmutableList<String> answers = usable(line, ANSWERS);
    if (answerKey.isEmpty() && answers.size() > 1) {
      choices.add(choice(answers, "answer", "--answer-key"));
    }
    return String.join("; ", choices);
  }

  private static String choice(ImmutableList<String> keys, String what, String option) {
    return "of its keys %s, \"%s\" is taken as the %s (%s names another)"
        .formatted(String.join(", ", keys), keys.get(0), what, option);
  }
}
