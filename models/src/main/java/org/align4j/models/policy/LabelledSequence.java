package org.align4j.models.policy;

import com.google.common.primitives.Ints;
import java.util.Arrays;

/**
 * What the network reads of a sequence and what is labelled of it.
 *
 * @param index in the list that was packed
 * @param ids tokens it reads
 * @param labels tokens labelled at the last rows of {@code ids}, one each; no more than {@code ids}
 */
record LabelledSequence(int index, int[] ids, int[] labels) {

  /** All response tokens, each at the row before it. */
  static LabelledSequence ofResponse(int index, TokenSequence sequence) {
    int[] response = sequence.response();
    int[] fed = Arrays.copyOf(response, response.length - 1);
    return new LabelledSequence(index, Ints.concat(sequence.prompt(), fed), response);
  }

  /** The last token, at its own row. */
  static LabelledSequence ofLastToken(int index, TokenSequence sequence) {
    return new LabelledSequence(
        index, Ints.concat(sequence.prompt(), sequence.response()), new int[1]);
  }

  /** Row of {@code ids} at which label t is taken. */
  int row(int t) {
    return ids.length - labels.length + t;
  }
}
