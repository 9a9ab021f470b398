package org.align4j.models.text.chat;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One turn of a conversation.
 *
 * @param fields all that the template may ask for: {@code role}, {@code content} (a text, or parts
 *     such as {@code {"type": "text", "text": …}}), {@code tool_calls}, {@code reasoning_content},
 *     …
 */
public record ChatMessage(ObjectNode fields) {

  public ChatMessage {
    checkArgument(
        fields.path("role").isTextual(), "message %s has no role: it must be a text", fields);
    fields = fields.deepCopy();
  }

  /**
   * A message of text.
   *
   * @param role {@code system}, {@code user}, {@code assistant} or what else the template knows
   */
  public ChatMessage(String role, String content) {
    this(JsonNodeFactory.instance.objectNode().put("role", role).put("content", content));
  }

  /** What the user says. */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  public String role() {
    return fields.get("role").textValue();
  }

  /** The text, or that of all parts which have one; empty where there is none. */
  public String content() {
    return text(fields.path("content"));
  }

  private static String text(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    StringBuilder text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText("")));
    return text.toString();
  }

  /** A copy: messages do not change. */
  @Override
  public ObjectNode fields() {
    return fields.deepCopy();
  }
}
