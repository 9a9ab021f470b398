package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkNotNull;

/**
 * What a reward says about one response.
 *
 * @param score the raw score, finite
 * @param verdict a word that metrics count, such as correct, wrong, unparsable; empty for none
 */
public record Judgement(double score, String verdict) {

  public Judgement {
    checkNotNull(verdict, "verdict is null: it must be a word, or empty for none");
  }
}
