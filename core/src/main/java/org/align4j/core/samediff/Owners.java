package org.align4j.core.samediff;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.align4j.core.batch.SequenceLayout;

/**
 * Which sequence stands for a token of a packed batch: its own, and for a token that several
 * continue the first of them.
 */
final class Owners {

  private final int[] segmentOf;
  private final int[] leafOf;

  Owners(SequenceLayout layout) {
    segmentOf = layout.segmentOfToken();
    leafOf = new int[layout.segments()];
    Arrays.fill(leafOf, -1);
    // Backwards: the last to write is the first of those that continue a segment.
    for (int s = leafOf.length - 1; s >= 0; s--) {
      if (leafOf[s] < 0) {
        leafOf[s] = s;
      }
      if (layout.prefix()[s] >= 0) {
        leafOf[layout.prefix()[s]] = leafOf[s];
      }
    }
  }

  private int leaf(int token) {
    return leafOf[segmentOf[token]];
  }

  /** The labelled rows m whose token one of these sequences stands for. */
  int[] rowsOf(int[] tokens, List<Integer> leaves) {
    Set<Integer> set = new HashSet<>(leaves);
    int[] rows = new int[tokens.length];
    int count = 0;
    for (int m = 0; m < tokens.length; m++) {
      if (set.contains(leaf(tokens[m]))) {
        rows[count++] = m;
      }
    }
    return Arrays.copyOf(rows, count);
  }

  /** Those of the sequences that stand for the tokens of some labelled rows. */
  List<Integer> owning(int[] tokens, int[] rows, List<Integer> leaves) {
    Set<Integer> owning = new HashSet<>();
    for (int row : rows) {
      owning.add(leaf(tokens[row]));
    }
    return leaves.stream().filter(owning::contains).toList();
  }

  /** Where the tokens of some labelled rows lie in the padded batch. */
  int[] indices(PaddedBatch padded, int[] tokens, int[] rows) {
    return Arrays.stream(rows)
        .map(row -> padded.index(leaf(tokens[row]), segmentOf[tokens[row]], tokens[row]))
        .toArray();
  }
}
