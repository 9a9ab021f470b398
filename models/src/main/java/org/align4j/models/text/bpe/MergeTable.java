package org.align4j.models.text.bpe;

import java.util.Arrays;
import java.util.Map;
import java.util.PriorityQueue;

/** The merges of a BPE and the merging of one piece: always the pair of lowest rank, leftmost. */
public final class MergeTable {

  /** Pairs (left id, right id), sorted, and for each its rank and the merged id. */
  private final long[] pairs;

  private final int[] ranks;
  private final int[] merged;

  public MergeTable(BpeVocabulary vocabulary, Map<String, Integer> ids) {
    int count = vocabulary.merges().size();
    long[][] rows = new long[count][];
    for (int rank = 0; rank < count; rank++) {
      String merge = vocabulary.merges().get(rank);
      String[] sides = BpeVocabulary.sides(merge);
      long left = BpeVocabulary.id(ids, sides[0], merge);
      long right = BpeVocabulary.id(ids, sides[1], merge);
      rows[rank] =
          new long[] {left << 32 | right, rank, BpeVocabulary.id(ids, sides[0] + sides[1], merge)};
    }
    // Stable: of a pair listed twice the last counts, as in a map that is filled in order.
    Arrays.sort(rows, (a, b) -> Long.compare(a[0], b[0]));
    pairs = new long[count];
    ranks = new int[count];
    merged = new int[count];
    for (int i = 0; i < count; i++) {
      pairs[i] = rows[i][0];
      ranks[i] = (int) rows[i][1];
      merged[i] = (int) rows[i][2];
    }
  }

  /** Merges ids in place as far as they go; returns how many are left. {@code O(n log n)}. */
  public int merge(int[] ids, int count) {
    int[] next = new int[count];
    int[] previous = new int[count];
    var queue = new PriorityQueue<Long>();
    for (int i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < count) {
        offer(queue, ids, i, i + 1);
      }
    }
    while (!queue.isEmpty()) {
      long entry = queue.poll();
      int left = (int) entry;
      int right = next[left];
      // An entry is stale when its left side is gone or a side has been merged since.
      if (ids[left] < 0 || right >= count) {
        continue;
      }
      int at = find(ids[left], ids[right]);
      if (at < 0 || ranks[at] != (int) (entry >> 32)) {
        continue;
      }
      ids[left] = merged[at];
      ids[right] = -1;
      int after = next[right];
      next[left] = after;
      if (after < count) {
        previous[after] = left;
        offer(queue, ids, left, after);
      }
      if (previous[left] >= 0) {
        offer(queue, ids, previous[left], left);
      }
    }
    int kept = 0;
    for (int i = 0; i < count; i = next[i]) {
      ids[kept++] = ids[i];
    }
    return kept;
  }

  private void offer(PriorityQueue<Long> queue, int[] ids, int left, int right) {
    int at = find(ids[left], ids[right]);
    if (at >= 0) {
      queue.add((long) ranks[at] << 32 | left);
    }
  }

  private int find(int left, int right) {
    long pair = (long) left << 32 | right;
    int at = Arrays.binarySearch(pairs, pair);
    // Of equal pairs any may be found: the last one counts.
    while (at >= 0 && at + 1 < pairs.length && pairs[at + 1] == pair) {
      at++;
    }
    return at;
  }
}
