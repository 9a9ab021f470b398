package org.align4j.algorithms.advantage;

import org.align4j.algorithms.convention.Convention.Singleton;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a group baseline may look at. A prompt with one sample has nothing to compare with: its
 * values are 0 throughout, or, where the convention says so, its raw score against a baseline of 0.
 *
 * @param scores {@code [B]}
 * @param lengths response tokens {@code [B]}
 * @param groups which samples answer the same prompt
 * @param settings of the estimate
 */
public record GroupScores(
    INDArray scores, INDArray lengths, Groups groups, AdvantageSettings settings) {

  /** Size of the group of each sample, {@code [B]}. */
  public INDArray sizes() {
    return groups.sizes(scores.dataType());
  }

  /** 1 where a sample has a sibling, else 0, {@code [B]}. */
  public INDArray siblings() {
    return sizes().gt(1).castTo(scores.dataType());
  }

  /** 1 where a sample has no sibling, else 0, {@code [B]}. */
  public INDArray singles() {
    return sizes().eq(1).castTo(scores.dataType());
  }

  /**
   * Scores relative to the first of the group, {@code [B]}. Baselines are taken from these, so that
   * a group of equal scores is exactly 0.
   */
  public INDArray relative() {
    INDArray relative = groups.fromFirst(scores);
    return settings.convention().advantage().singleton() == Singleton.RAW_SCORE
        ? relative.addi(singles().muli(scores))
        : relative;
  }

  /** {@code r_i − mean_g(r)}, {@code [B]}; exactly 0 in a group of equal scores. */
  public INDArray centred() {
    INDArray relative = relative();
    return relative.sub(groups.sum(relative).divi(sizes()).muli(siblings()));
  }
}
