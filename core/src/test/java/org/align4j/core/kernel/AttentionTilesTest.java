package org.align4j.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.ops.Heads;
import org.junit.jupiter.api.Test;

class AttentionTilesTest {

  private final AttentionTiles tiles = new AttentionTiles(new Heads(2, 1, 4));

  /** A group owns the rows of its blocks: keys from its start on are among them, others parts. */
  @Test
  void everyKeyOfAGroupIsItsOwnOrAPartOfWhatItContinues() {
    Random random = new Random(5);
    for (int trial = 0; trial < 2000; trial++) {
      SequenceLayout layout = forest(random);
      tiles.set(layout);
      assertThat(tiles.partRows()).isLessThanOrEqualTo(layout.tokens());
      Set<Integer> all = new HashSet<>();
      for (int group = 0; group < tiles.gradientTiles(); group++) {
        Set<Integer> own = new HashSet<>();
        for (int b = tiles.groupFrom(group); b < tiles.groupTo(group); b++) {
          for (int i = 0; i < tiles.count(b); i++) {
            own.add(tiles.queryRow(b) + i);
          }
        }
        assertThat(all).doesNotContainAnyElementsOf(own);
        all.addAll(own);
        for (int b = tiles.groupFrom(group); b < tiles.groupTo(group); b++) {
          for (int at = 0; at < tiles.position(b) + tiles.count(b); at++) {
            if (at < tiles.groupStart(group)) {
              assertThat(tiles.partTargets()[tiles.groupPart(group) + at])
                  .isEqualTo(tiles.keyRow(b, at));
            } else {
              assertThat(own).contains(tiles.keyRow(b, at));
            }
          }
        }
      }
      assertThat(all).hasSize(layout.tokens());
    }
  }

  private static SequenceLayout forest(Random random) {
    int segments = 1 + random.nextInt(12);
    int[] offsets = new int[segments + 1];
    int[] prefix = new int[segments];
    for (int s = 0; s < segments; s++) {
      offsets[s + 1] = offsets[s] + 1 + random.nextInt(random.nextBoolean() ? 4 : 30);
      prefix[s] = random.nextInt(6) == 0 ? -1 : random.nextInt(s + 1) - 1;
    }
    return new SequenceLayout(offsets, prefix);
  }

  @Test
  void whereNotAllHaveRoomNeighboursOfEqualSizeAreOneGroup() {
    int[] offsets = new int[34];
    int[] prefix = new int[33];
    prefix[0] = -1;
    for (int s = 0; s < 33; s++) {
      offsets[s + 1] = 1000 + 100 * s;
    }

    tiles.set(new SequenceLayout(offsets, prefix));

    int[] rows = new int[tiles.gradientTiles()];
    for (int group = 0; group < rows.length; group++) {
      for (int b = tiles.groupFrom(group); b < tiles.groupTo(group); b++) {
        rows[group] += tiles.count(b);
      }
    }
    assertThat(rows).containsExactly(1000, 800, 800, 800, 800);
    assertThat(Arrays.stream(rows).sum()).isEqualTo(4200);
  }
}
