package org.align4j.algorithms.reward.answer;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens of an answer and which of its brackets belong together. */
final class AnswerTokens {

  private final ImmutableList<AnswerToken> tokens;
  private final int[] closing;

  private AnswerTokens(ImmutableList<AnswerToken> tokens, int[] closing) {
    this.tokens = tokens;
    this.closing = closing;
  }

  /** The tokens; null where their braces do not match. */
  static @Nullable AnswerTokens of(ImmutableList<AnswerToken> tokens) {
    int[] closing = closing(tokens);
    return closing == null ? null : new AnswerTokens(tokens, closing);
  }

  int size() {
    return tokens.size();
  }

  AnswerToken get(int i) {
    return tokens.get(i);
  }

  ImmutableList<AnswerToken> all() {
    return tokens;
  }

  boolean is(int i, String sign) {
    return i < tokens.size() && tokens.get(i).is(sign);
  }

  /**
   * Index of the bracket that closes the one here; −1 where none opens or not all of them match.
   */
  int closing(int i) {
    return closing[i];
  }

  /** For each opening bracket the index of its closing one, else −1; null for unmatched braces. */
  private static int @Nullable [] closing(ImmutableList<AnswerToken> tokens) {
    int[] closing = new int[tokens.size()];
    List<Integer> open = new ArrayList<>();
    boolean matched = true;
    for (int i = 0; i < closing.length; i++) {
      closing[i] = -1;
      AnswerToken token = tokens.get(i);
      if (token.is("(") || token.is("[") || token.is("{") || token.is("\\{")) {
        open.add(i);
      } else if (token.is(")") || token.is("]") || token.is("}") || token.is("\\}")) {
        int last = open.isEmpty() ? -1 : open.removeLast();
        if (last < 0 || !pairs(tokens.get(last), token)) {
          if (token.is("}") || (last >= 0 && tokens.get(last).is("{"))) {
            return null;
          }
          matched = false;
        } else {
          closing[last] = i;
        }
      }
    }
    for (int i : open) {
      if (tokens.get(i).is("{")) {
        return null;
      }
      matched = false;
    }
    if (!matched) {
      // ]0,1[ and the like have no structure we know.
      Arrays.fill(closing, -1);
    }
    return closing;
  }

  private static boolean pairs(AnswerToken open, AnswerToken close) {
    if (open.is("{")) {
      return close.is("}");
    }
    return open.is("\\{") ? close.is("\\}") : close.is(")") || close.is("]");
  }
}
