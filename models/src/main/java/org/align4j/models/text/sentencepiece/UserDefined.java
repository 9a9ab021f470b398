package org.align4j.models.text.sentencepiece;

import java.util.List;
import java.util.Map;

/** Finds the longest user-defined piece at a place ({@code PrefixMatcher} of SentencePiece). */
final class UserDefined {

  private final Map<String, Integer> ids;
  private final boolean[] lengths;

  UserDefined(Pieces pieces) {
    this.ids = pieces.ids(List.of(Pieces.Type.USER_DEFINED));
    this.lengths = new boolean[1 + ids.keySet().stream().mapToInt(String::length).max().orElse(0)];
    ids.keySet().forEach(text -> lengths[text.length()] = true);
  }

  /** How long the one that begins here is, or 0. */
  int length(String text, int at) {
    for (int length = Math.min(lengths.length - 1, text.length() - at); length > 0; length--) {
      if (lengths[length] && ids.containsKey(text.substring(at, at + length))) {
        return length;
      }
    }
    return 0;
  }
}
