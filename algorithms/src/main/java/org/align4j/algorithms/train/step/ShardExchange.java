package org.align4j.algorithms.train.step;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.align4j.core.tensor.Gradients;
import org.jspecify.annotations.Nullable;

/**
 * How the shards of a mini-batch become one gradient. Shards are numbered; sums go along a binary
 * tree over the numbers, {@code (0 + 1) + (2 + 3)}, so that who computes which of them changes no
 * bit.
 */
public interface ShardExchange {

  /** All shards are computed here. */
  ShardExchange ALONE =
      new ShardExchange() {
        @Override
        public Range own(int shards) {
          return new Range(0, shards);
        }

        @Override
        public List<LossStatistics> gather(
            List<LossStatistics> own, @Nullable NonFiniteException failure) {
          if (failure != null) {
            throw failure;
          }
          return ImmutableList.copyOf(own);
        }

        @Override
        public void sum(Gradients gradients) {}
      };

  /**
   * Shards that are computed here: none, or a power of two of them that form a branch of the tree.
   *
   * @param from the first
   * @param to the one after the last
   */
  record Range(int from, int to) {
    /** How many. */
    int size() {
      return to - from;
    }
  }

  /** Which of so many shards are computed here. */
  Range own(int shards);

  /**
   * The statistics of all shards in their order, before gradients are added up.
   *
   * @param own those of the shards here
   * @param failure what ended them early, or null
   * @throws NonFiniteException the first failure in the order of the shards, whoever met it
   */
  List<LossStatistics> gather(List<LossStatistics> own, @Nullable NonFiniteException failure);

  /** Turns the sum of the shards here into that of all shards, in place. */
  void sum(Gradients gradients);
}
