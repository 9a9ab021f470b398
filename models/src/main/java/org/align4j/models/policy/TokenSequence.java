package org.align4j.models.policy;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * A prompt and what followed it.
 *
 * @param prompt ids, at least one: the first response token needs a state before it
 * @param response ids, EOS included where there was one; may be empty
 */
public record TokenSequence(int[] prompt, int[] response) implements Serializable {

  public TokenSequence {
    checkArgument(
        prompt.length > 0, "the prompt is empty: at least one token must come before a response");
  }

  /** A whole text, every token but the first scored. */
  public static TokenSequence ofText(int[] ids) {
    checkArgument(ids.length > 0, "the text is empty: at least one token is needed");
    int[] rest = new int[ids.length - 1];
    System.arraycopy(ids, 1, rest, 0, rest.length);
    return new TokenSequence(new int[] {ids[0]}, rest);
  }

  /** Prompt and response tokens together. */
  public int length() {
    return prompt.length + response.length;
  }
}
