package org.align4j.core.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrefixTreeTest {

  @Test
  void whatSequencesBeginWithIsThereOnce() {
    PrefixTree tree =
        new PrefixTree(
            List.of(
                new int[] {5, 6, 7, 8},
                new int[] {9},
                new int[] {5, 6},
                new int[] {5, 6, 7, 1},
                new int[] {5, 6, 7, 8}));

    assertThat(tree.tokens()).containsExactly(5, 6, 7, 1, 8, 9);
    assertThat(tree.layout().offsets()).containsExactly(0, 3, 4, 5, 6);
    assertThat(tree.layout().prefix()).containsExactly(-1, 0, 0, -1);
    assertThat(tree.rows(0)).containsExactly(0, 1, 2, 4);
    assertThat(tree.rows(1)).containsExactly(5);
    assertThat(tree.rows(2)).containsExactly(0, 1);
    assertThat(tree.rows(3)).containsExactly(0, 1, 2, 3);
    assertThat(tree.rows(4)).isEqualTo(tree.rows(0));
  }

  /**
   * A token for every different beginning, and each sequence in the segments that lead to its end.
   */
  @Test
  void aTreeHasOneTokenForEveryDifferentBeginning() {
    Random random = new Random(3);
    for (int trial = 0; trial < 300; trial++) {
      List<int[]> sequences = new ArrayList<>();
      for (int i = random.nextInt(9); i >= 0; i--) {
        sequences.add(random.ints(1 + random.nextInt(9), 0, 1 + random.nextInt(3)).toArray());
      }
      PrefixTree tree = new PrefixTree(sequences);
      Set<List<Integer>> beginnings = new HashSet<>();
      for (int s = 0; s < sequences.size(); s++) {
        List<Integer> ids = Ints.asList(sequences.get(s));
        for (int t = 1; t <= ids.size(); t++) {
          beginnings.add(ids.subList(0, t));
        }
        int[] rows = tree.rows(s);
        assertThat(rows).hasSize(ids.size());
        assertThat(path(tree.layout(), rows[rows.length - 1])).isEqualTo(Ints.asList(rows));
        for (int t = 0; t < rows.length; t++) {
          assertThat(tree.tokens()[rows[t]]).isEqualTo(ids.get(t));
        }
      }
      assertThat(tree.tokens()).hasSize(beginnings.size());
    }
  }

  @Test
  void sequencesThatContinueEachOtherAreOneSegmentHoweverMany() {
    List<int[]> sequences = new ArrayList<>();
    for (int length = 1; length <= 3000; length++) {
      sequences.add(new int[length]);
    }
    Collections.shuffle(sequences, new Random(1));
    PrefixTree tree = new PrefixTree(sequences);
    assertThat(tree.layout().offsets()).containsExactly(0, 3000);
    assertThat(new PrefixTree(List.of()).layout().segments()).isZero();
    assertThatThrownBy(() -> new PrefixTree(List.of(new int[1], new int[0])))
        .hasMessage("sequence 1 is empty");
  }

  /** The rows from the beginning of a sequence to one of its rows. */
  private static List<Integer> path(SequenceLayout layout, int row) {
    List<Integer> rows = new ArrayList<>();
    int last = row;
    for (int s = layout.segmentOfToken()[row]; s >= 0; s = layout.prefix()[s]) {
      assertThat(last - layout.offsets()[s]).isLessThan(layout.length(s));
      for (int r = last; r >= layout.offsets()[s]; r--) {
        rows.add(r);
      }
      assertThat(layout.start(s))
          .isEqualTo(layout.prefix()[s] < 0 ? 0 : layout.end(layout.prefix()[s]));
      last = layout.prefix()[s] < 0 ? 0 : layout.offsets()[layout.prefix()[s] + 1] - 1;
    }
    Collections.reverse(rows);
    return rows;
  }
}
