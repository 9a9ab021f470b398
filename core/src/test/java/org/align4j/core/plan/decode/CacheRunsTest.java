package org.align4j.core.plan.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.plan.run.KeyValueCache;
import org.junit.jupiter.api.Test;

class CacheRunsTest {

  @Test
  void samplesAreOneBranchAsLongAsTheyAgreeAndItsRowsAreKeptByOneOfThem() {
    try (KeyValueCache cache = new KeyValueCache()) {
      CacheRuns branches = new CacheRuns(cache, 4);
      int[] slots = {0, 1, 2, 3};
      branches.start(5, 20, slots);

      assertThat(branches.advance(slots, new int[] {7, 7, 7, 7})).isEqualTo(1);
      int row = branches.of(0).row();
      assertThat(branches.advance(slots, new int[] {8, 9, 8, 9})).isEqualTo(2);
      assertThat(branches.of(0)).isSameAs(branches.of(2)).isNotSameAs(branches.of(1));
      assertThat(branches.of(1)).isSameAs(branches.of(3));
      assertThat(branches.of(0).row()).isEqualTo(row);
      assertThat(branches.of(1).row() % AttentionKernels.KEY_BLOCK).isEqualTo(5);
      assertThat(branches.of(1).end()).isEqualTo(7);
      assertThat(branches.of(1).stepRow()).isEqualTo(1);

      // The one that stays behind keeps the rows.
      assertThat(branches.advance(new int[] {0}, new int[] {8})).isEqualTo(1);
      assertThat(branches.of(2).row()).isEqualTo(row);
      assertThat(branches.of(2).end()).isEqualTo(7);
      assertThat(branches.of(0).end()).isEqualTo(8);
      assertThat(branches.advance(new int[] {2}, new int[] {8})).isEqualTo(1);
      assertThat(branches.of(2)).isNotSameAs(branches.of(0));
    }
  }

  @Test
  void whatNobodyReadsIsFreeAgain() {
    Random random = new Random(1);
    try (KeyValueCache cache = new KeyValueCache()) {
      int rows = 64 * AttentionKernels.KEY_BLOCK;
      cache.expect(rows);
      CacheRuns branches = new CacheRuns(cache, 9);
      for (int round = 0; round < 50; round++) {
        List<Integer> running = new ArrayList<>();
        for (int slot = 0; slot < 9; slot += 3) {
          branches.start(1 + random.nextInt(40), 30, new int[] {slot, slot + 1, slot + 2});
          running.addAll(List.of(slot, slot + 1, slot + 2));
        }
        for (int step = 0; step < 30; step++) {
          int[] some =
              running.stream()
                  .mapToInt(Integer::intValue)
                  .filter(s -> random.nextInt(3) > 0)
                  .toArray();
          branches.advance(some, random.ints(some.length, 0, 2).toArray());
          if (random.nextInt(8) == 0 && !running.isEmpty()) {
            int place = random.nextInt(running.size());
            branches.retire(running.get(place));
            running.subList(place, place + 1).clear();
          }
        }
        running.forEach(branches::retire);
        assertThat(cache.take(rows)).isZero();
        cache.free(0, rows);
      }
    }
  }
}
