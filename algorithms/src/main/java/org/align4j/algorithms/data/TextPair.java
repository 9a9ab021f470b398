package org.align4j.algorithms.data;

import java.util.Optional;

/**
 * An example for supervised training.
 *
 * @param response what the policy should answer, without EOS
 * @param turn the message that the response is of, where the example is a conversation as a whole:
 *     then a template that marks the assistant's text says what is learned, of all turns
 */
public record TextPair(Prompt prompt, String response, Optional<Message> turn) {

  /** A prompt and its response. */
  public TextPair(Prompt prompt, String response) {
    this(prompt, response, Optional.empty());
  }
}
