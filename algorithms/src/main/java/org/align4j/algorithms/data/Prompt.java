package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What a policy is asked.
 *
 * @param id names the prompt in logs: file and line, or the number of a generated problem
 * @param messages a chat, or one user message for plain text
 * @param chat whether the messages go through the model's chat template; otherwise the text is fed
 *     as it is
 * @param answer the reference answer; empty where there is none
 * @param options other names for the chat template
 */
public record Prompt(
    String id, ImmutableList<Message> messages, boolean chat, String answer, ChatOptions options) {

  public Prompt {
    checkArgument(!messages.isEmpty(), "prompt %s has no message", id);
  }

  /** A prompt without other names for its template. */
  public Prompt(String id, ImmutableList<Message> messages, boolean chat, String answer) {
    this(id, messages, chat, answer, ChatOptions.NONE);
  }

  /** A prompt of plain text. */
  public static Prompt text(String id, String text, String answer) {
    return new Prompt(id, ImmutableList.of(new Message("user", text)), false, answer);
  }

  /** A prompt of chat messages. */
  public static Prompt chat(String id, List<Message> messages, String answer) {
    return new Prompt(id, ImmutableList.copyOf(messages), true, answer);
  }

  /** The last message: the question itself. */
  public String text() {
    return messages.get(messages.size() - 1).content();
  }

  /** The same prompt as a chat: for models that have a template. */
  public Prompt asChat() {
    return new Prompt(id, messages, true, answer, options);
  }

  /** The same prompt with other things to tell the template. */
  public Prompt withOptions(ChatOptions other) {
    return new Prompt(id, messages, chat, answer, other);
  }
}
