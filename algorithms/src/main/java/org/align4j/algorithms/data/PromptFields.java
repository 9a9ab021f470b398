package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a line has its prompt and its answer.
 *
 * @param promptKey key of the prompt: a text, or an array of messages with role and content; empty:
 *     the first present of question, prompt, messages, problem
 * @param answerKey key of the reference answer, then needed on every line; empty: the first present
 *     of answer, solution, and none where neither is
 */
public record PromptFields(String promptKey, String answerKey) {

  /** Keys found by themselves: GSM8K's, TRL's and OpenRLHF's. */
  public static final PromptFields AUTO = new PromptFields("", "");

  private static final ImmutableList<String> PROMPTS =
      ImmutableList.of("question", "prompt", "messages", "problem");
  private static final ImmutableList<String> ANSWERS = ImmutableList.of("answer", "solution");
  private static final String GSM8K_MARK = "####";

  Prompt parse(String id, JsonNode line) {
    String key = promptKey.isEmpty() ? present(line, PROMPTS) : promptKey;
    JsonNode value = line.get(key);
    checkArgument(value != null, "it has no \"%s\" (its keys: %s)", key, keys(line));
    String answer = finalAnswer(rawAnswer(line));
    if (value.isTextual()) {
      checkArgument(!value.asText().isBlank(), "its \"%s\" is empty", key);
      return Prompt.text(id, value.asText(), answer);
    }
    return Prompt.chat(id, messages(key, value), answer);
  }

  /** The whole reference: for GSM8K, the worked solution. */
  String rawAnswer(JsonNode line) {
    String key = answerKey.isEmpty() ? present(line, ANSWERS) : answerKey;
    JsonNode value = line.get(key);
    if (value == null) {
      checkArgument(answerKey.isEmpty(), "it has no \"%s\" (its keys: %s)", answerKey, keys(line));
      return "";
    }
    checkArgument(
        value.isValueNode() && !value.isNull() && !value.asText().isBlank(),
        "its \"%s\" is not a text or a number",
        key);
    return value.asText();
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
          message.path("role").isTextual() && message.path("content").isTextual(),
          "a message of its \"%s\" has no role or no content",
          key);
      messages.add(new Message(message.get("role").asText(), message.get("content").asText()));
    }
    return ImmutableList.copyOf(messages);
  }

  static String keys(JsonNode line) {
    return String.join(", ", ImmutableList.copyOf(line.fieldNames()));
  }

  private static String present(JsonNode line, ImmutableList<String> candidates) {
    return candidates.stream().filter(line::has).findFirst().orElse(candidates.get(0));
  }
}
