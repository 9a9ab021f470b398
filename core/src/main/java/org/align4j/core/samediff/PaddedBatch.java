package org.align4j.core.samediff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.batch.SequenceLayout;

/**
 * Sequences of a packed batch, padded to {@code [B,T]} on the right; what several sequences
 * continue is repeated in each of them.
 *
 * <p>Padding needs no mask of its own: it comes after what it pads, and attention is causal.
 */
final class PaddedBatch {

  /** T is a multiple of this, so that few shapes occur and the session can use arrays again. */
  private static final int COLUMN_STEP = 8;

  private final SequenceLayout layout;
  private final int[] leaves;
  private final int[] sequenceOf;
  private final int columns;
  private final int[] tokens;
  private final int[] positions;

  /**
   * Pads some sequences of a batch.
   *
   * @param packed token ids {@code [N]}
   * @param leaves the segments to lay out, one a sequence
   */
  PaddedBatch(int[] packed, SequenceLayout layout, List<Integer> leaves) {
    this.layout = layout;
    this.leaves = leaves.stream().mapToInt(Integer::intValue).toArray();
    this.sequenceOf = new int[layout.segments()];
    Arrays.fill(sequenceOf, -1);
    int longest = 0;
    for (int b = 0; b < this.leaves.length; b++) {
      int leaf = this.leaves[b];
      longest = Math.max(longest, layout.end(leaf));
      sequenceOf[leaf] = b;
    }
    this.columns = (longest + COLUMN_STEP - 1) / COLUMN_STEP * COLUMN_STEP;
    this.tokens = new int[this.leaves.length * columns];
    this.positions = new int[tokens.length];
    for (int b = 0; b < this.leaves.length; b++) {
      int leaf = this.leaves[b];
      for (int s = leaf; s >= 0; s = layout.prefix()[s]) {
        int at = b * columns + layout.start(s);
        System.arraycopy(packed, layout.offsets()[s], tokens, at, layout.length(s));
      }
      for (int t = 0; t < layout.end(leaf); t++) {
        positions[b * columns + t] = t;
      }
    }
  }

  /** The segments that no other continues, in order. */
  static List<Integer> leaves(SequenceLayout layout) {
    boolean[] continued = layout.continued();
    List<Integer> leaves = new ArrayList<>();
    for (int s = 0; s < continued.length; s++) {
      if (!continued[s]) {
        leaves.add(s);
      }
    }
    return leaves;
  }

  int sequences() {
    return leaves.length;
  }

  /** T, a multiple of {@value #COLUMN_STEP}. */
  int columns() {
    return columns;
  }

  /** Ids {@code [B·T]}, 0 where padded. */
  int[] tokens() {
    return tokens;
  }

  /** Positions {@code [B·T]}, 0 where padded. */
  int[] positions() {
    return positions;
  }

  /** Where a token of a segment that the leaf is, or continues, lies in {@code [B·T]}. */
  int index(int leaf, int segment, int token) {
    int within = token - layout.offsets()[segment] + layout.start(segment);
    return sequenceOf[leaf] * columns + within;
  }
}
