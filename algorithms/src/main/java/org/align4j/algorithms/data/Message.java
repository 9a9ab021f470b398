package org.align4j.algorithms.data;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One message of a chat.
 *
 * @param role system, user or assistant
 */
public record Message(String role, String content) {

  public Message {
    checkArgument(!role.isBlank(), "role is empty: it must be system, user or assistant");
  }
}
