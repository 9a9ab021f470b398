package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.align4j.models.text.chat.ChatMessage;

/**
 * One message of a chat.
 *
 * @param chat what the model's template gets: the role, the content and what else the data has,
 *     such as {@code tool_calls}
 */
public record Message(ChatMessage chat) {

  public Message {
    checkArgument(!chat.role().isBlank(), "role is empty: it must be system, user or assistant");
  }

  /**
   * A message of text.
   *
   * @param role system, user or assistant
   */
  public Message(String role, String content) {
    this(new ChatMessage(role, content));
  }

  Message(ObjectNode fields) {
    this(new ChatMessage(fields));
  }

  public String role() {
    return chat.role();
  }

  /** The text; of content in parts, theirs. */
  public String content() {
    return chat.content();
  }
}
