package org.align4j.core.samediff;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.align4j.core.engine.SequenceLayout;

/**
 * Which sequence stands for a token of a packed batch: its own, and for a token of a shared prefix
 * the first that continues it.
 */
final class Owners {

  private final int[] segmentOf;
  private final int[] leafOf;

  Owners(SequenceLayout layout) {
    segmentOf = new int[layout.tokens()];
    leafOf = new int[layout.segments()];
    Arrays.fill(leafOf, -1);
    for (int s = 0; s < layout.segments(); s++) {
      Arrays.fill(segmentOf, layout.offsets()[s], layout.offsets()[s + 1], s);
      int prefix = layout.prefix()[s];
      if (prefix >= 0 && leafOf[prefix] < 0) {
        leafOf[prefix] = s;
      }
    }
    for (int s = 0; s < leafOf.length; s++) {
      if (leafOf[s] < 0) {
        leafOf[s] = s;
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
