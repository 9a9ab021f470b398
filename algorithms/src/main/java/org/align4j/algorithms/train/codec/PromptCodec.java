package org.align4j.algorithms.train.codec;

import com.google.common.primitives.Ints;
import java.util.Arrays;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.TextPair;

/** Between texts and token ids, as one model wants them. */
public interface PromptCodec {

  /** Ids that the policy continues; at least one. A chat goes through the model's template. */
  int[] encode(Prompt prompt);

  /** Ids of a response to imitate, the token that ends it included. */
  int[] encodeResponse(String response);

  /**
   * An example's tokens and which of them are learned: of a prompt and its response, the response
   * with the token that ends it.
   */
  default LabelledTokens example(TextPair pair) {
    int[] prompt = encode(pair.prompt());
    int[] ids = Ints.concat(prompt, encodeResponse(pair.response()));
    boolean[] learned = new boolean[ids.length];
    Arrays.fill(learned, prompt.length, ids.length, true);
    return new LabelledTokens(ids, learned);
  }

  /** Text of a response, without special tokens. */
  String decode(int[] response);
}
