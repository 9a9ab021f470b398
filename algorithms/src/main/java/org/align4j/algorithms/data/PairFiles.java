package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Optional;

/** Files of pairs: for supervised training and for preferences. */
public final class PairFiles {

  private static final ImmutableList<String> RESPONSES =
      ImmutableList.of("response", "completion", "output", "solution");

  private PairFiles() {}

  /**
   * Prompts with the responses to imitate: what the answer key names; else {@code response}, {@code
   * completion}, {@code output} or {@code solution}; else the whole answer (GSM8K's worked
   * solution); else a chat whose last message is the assistant's.
   */
  public static JsonLines<TextPair> supervised(Path file, PromptFields fields, BadLines badLines) {
    return JsonLines.open(file, (id, line) -> supervised(fields, id, line), badLines);
  }

  /**
   * {@code prompt} (text or messages), {@code chosen}, {@code rejected}, and {@code margin} (a
   * number, TRL's) where a line has it.
   */
  public static JsonLines<PreferencePair> preferences(Path file, BadLines badLines) {
    PromptFields fields = PromptFields.AUTO;
    return JsonLines.open(
        file,
        (id, line) ->
            new PreferencePair(
                fields.parse(id, line),
                response(line, "chosen"),
                response(line, "rejected"),
                margin(line)),
        badLines);
  }

  private static double margin(JsonNode line) {
    JsonNode value = line.path("margin");
    checkArgument(
        value.isMissingNode() || value.isNumber(),
        "its \"margin\" is %s: it must be a number",
        value);
    return value.asDouble();
  }

  private static TextPair supervised(PromptFields fields, String id, JsonNode line) {
    Prompt prompt = fields.parse(id, line);
    for (String key : RESPONSES) {
      if (fields.answerKey().isEmpty() && line.hasNonNull(key)) {
        return new TextPair(prompt, response(line, key));
      }
    }
    String answer = fields.rawAnswer(line, PromptFields.ANSWERS);
    if (!answer.isEmpty()) {
      return new TextPair(prompt, answer);
    }
    ImmutableList<Message> messages = prompt.messages();
    Message last = messages.get(messages.size() - 1);
    checkArgument(
        messages.size() > 1 && last.role().equals("assistant"),
        "it has no response, completion, output, solution or answer (its keys: %s): name it with --answer-key",
        PromptFields.keys(line));
    return new TextPair(
        Prompt.chat(id, messages.subList(0, messages.size() - 1), "").withOptions(prompt.options()),
        last.content(),
        Optional.of(last));
  }

  /** A text, or the last of an array of messages. */
  private static String response(JsonNode line, String key) {
    JsonNode value = line.get(key);
    checkArgument(value != null, "it has no \"%s\" (its keys: %s)", key, PromptFields.keys(line));
    if (value.isTextual()) {
      return value.asText();
    }
    ImmutableList<Message> messages = PromptFields.messages(key, value);
    return messages.get(messages.size() - 1).content();
  }
}
