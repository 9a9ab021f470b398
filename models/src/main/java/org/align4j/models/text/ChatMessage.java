package org.align4j.models.text;

/**
 * One turn of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or what else the template knows
 * @param content the text
 */
public record ChatMessage(String role, String content) {

  /** What the user says. */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }
}
