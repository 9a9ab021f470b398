package org.align4j.algorithms.train;

import org.align4j.algorithms.data.Prompt;

/** Between texts and token ids, as one model wants them. */
public interface PromptCodec {

  /** Ids that the policy continues; at least one. A chat goes through the model's template. */
  int[] encode(Prompt prompt);

  /** Ids of a response to imitate, the token that ends it included. */
  int[] encodeResponse(String response);

  /** Text of a response, without special tokens. */
  String decode(int[] response);
}
