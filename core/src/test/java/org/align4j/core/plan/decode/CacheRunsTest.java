package org.align4j.core.plan.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.core.kernel.AttentionKernels;
import org.align4j.core.kernel.KeyValuePanels;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.ops.Heads;
import org.align4j.core.plan.run.KeyValueCache;
import org.align4j.core.plan.run.KeyValueCaches;
import org.junit.jupiter.api.Test;

class CacheRunsTest {

  @Test
  void samplesAreOneBranchAsLongAsTheyAgreeAndItsRowsAreKeptByOneOfThem() {
    try (KeyValueCaches caches = new KeyValueCaches()) {
      var _ = caches.of(0);
      CacheRuns branches = new CacheRuns(caches, 4);
      int[] slots = {0, 1, 2, 3};
      branches.start(5, 20, slots);

      assertThat(branches.advance(slots, new int[] {7, 7, 7, 7})).isEqualTo(1);
      int row = row(branches, 0);
      assertThat(branches.advance(slots, new int[] {8, 9, 8, 9})).isEqualTo(2);
      assertThat(branches.of(0)).isSameAs(branches.of(2)).isNotSameAs(branches.of(1));
      assertThat(branches.of(1)).isSameAs(branches.of(3));
      assertThat(row(branches, 0)).isEqualTo(row);
      assertThat(row(branches, 1) % AttentionKernels.KEY_BLOCK).isEqualTo(5);
      assertThat(branches.of(1).end()).isEqualTo(7);
      assertThat(branches.of(1).stepRow()).isEqualTo(1);

      // The one that stays behind keeps the rows.
      assertThat(branches.advance(new int[] {0}, new int[] {8})).isEqualTo(1);
      assertThat(row(branches, 2)).isEqualTo(row);
      assertThat(branches.of(2).end()).isEqualTo(7);
      assertThat(branches.of(0).end()).isEqualTo(8);
      assertThat(branches.advance(new int[] {2}, new int[] {8})).isEqualTo(1);
      assertThat(branches.of(2)).isNotSameAs(branches.of(0));
    }
  }

  /** Of the first token after the prompt. */
  private static int row(CacheRuns branches, int slot) {
    return branches.of(slot).rows(0).row(branches.of(slot).prompt.length);
  }

  /** Each row is read where it was written, however often the rows have moved. */
  @Test
  void aWindowHoldsTheLastTokensAndNoMore() {
    int window = 40;
    try (KeyValueCaches caches = new KeyValueCaches()) {
      KeyValuePanels panels = new KeyValuePanels(new Heads(1, 1, 2, window), 1);
      caches.of(window).add(panels);
      CacheRuns branches = new CacheRuns(caches, 2);
      CacheRuns.Prompt prompt = branches.start(100, 1000, new int[] {0, 1});
      for (int at = prompt.rows(0).start(); at < 100; at++) {
        write(panels, prompt.rows(0).row(at), at);
      }
      assertThat(prompt.rows(0).start()).isEqualTo(32);
      for (int at = 100; at < 1000; at++) {
        // The two go different ways at position 300.
        branches.advance(new int[] {0, 1}, new int[] {7, at < 300 ? 7 : 8});
        for (int slot = 0; slot < 2; slot++) {
          CacheRows.Run run = branches.of(slot).rows(0);
          write(panels, run.row(at), at < 300 ? at : 1000 * slot + at);
          for (int key = Math.max(at - window + 1, 100); key <= at; key++) {
            float written = key < 300 ? key : 1000 * slot + key;
            assertThat(panels.keys().get(run.row(key), 0)).isEqualTo(written);
          }
        }
      }
      // A window of 40, a quarter of it and two blocks to move in, for each, and the prompt's end.
      int most = 2 * KeyValueCache.room(40 + 10 + 64) + KeyValueCache.room(100 - 32);
      assertThat(caches.of(window).take(32)).isLessThanOrEqualTo(most);
    }
  }

  private static void write(KeyValuePanels panels, int row, float value) {
    try (NativeMemory memory = new NativeMemory()) {
      NativeFloats floats = memory.allocate(2);
      floats.set(0, value);
      panels.write(floats.matrix(2), floats.matrix(2), new int[] {0}, new int[] {row}, 0, 1);
    }
  }

  @Test
  void whatNobodyReadsIsFreeAgain() {
    Random random = new Random(1);
    try (KeyValueCaches caches = new KeyValueCaches()) {
      KeyValueCache cache = caches.of(0);
      int rows = 64 * AttentionKernels.KEY_BLOCK;
      cache.expect(rows);
      CacheRuns branches = new CacheRuns(caches, 9);
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
