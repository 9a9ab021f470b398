package org.align4j.algorithms.reward.remote;

import java.util.stream.Collectors;
import org.align4j.algorithms.data.Prompt;

/**
 * A prompt as one text: a single message as it is, a longer chat as {@code role: content} lines.
 */
final class PromptText {

  private PromptText() {}

  static String of(Prompt prompt) {
    return prompt.messages().size() == 1
        ? prompt.text()
        : prompt.messages().stream()
            .map(message -> message.role() + ": " + message.content() + "\n")
            .collect(Collectors.joining());
  }
}
