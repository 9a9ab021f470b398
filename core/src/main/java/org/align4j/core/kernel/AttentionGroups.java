package org.align4j.core.kernel;

import org.align4j.core.batch.SequenceLayout;

/**
 * Which segments begin a group of {@link AttentionKernels#attentionGradient}. Segments without a
 * prefix do; then, level by level, those that continue them, as many as have room: the rows that
 * groups add to without owning them are no more than the rows of the batch. Where there is no room
 * for all that continue a segment, neighbours of about equal size are one group, and what was to
 * spare is spent: nothing deeper may part them.
 */
final class AttentionGroups {

  /** Most groups of a batch: enough tiles for many threads, few enough to be worth one each. */
  private static final int MOST_GROUPS = 32;

  private int[] level = new int[16];
  private int[] children = new int[16];
  private int[] treeTokens = new int[16];
  private boolean[] begins = new boolean[16];

  /**
   * Which segments begin a group, {@code [segments]}; the array may be longer, and is used again.
   */
  boolean[] of(SequenceLayout layout) {
    int segments = layout.segments();
    if (level.length < segments) {
      level = new int[2 * segments];
      children = new int[2 * segments];
      treeTokens = new int[2 * segments];
      begins = new boolean[2 * segments];
    }
    int deepest = 0;
    int chosen = 0;
    for (int s = 0; s < segments; s++) {
      int before = layout.prefix()[s];
      level[s] = before < 0 ? 0 : level[before] + 1;
      children[s] = 0;
      treeTokens[s] = layout.length(s);
      begins[s] = before < 0;
      deepest = Math.max(deepest, level[s]);
      if (before < 0) {
        chosen++;
      } else {
        children[before]++;
      }
    }
    for (int s = segments - 1; s >= 0; s--) {
      if (layout.prefix()[s] >= 0) {
        treeTokens[layout.prefix()[s]] += treeTokens[s];
      }
    }
    int room = layout.tokens();
    for (int depth = 0; depth < deepest && chosen < MOST_GROUPS; depth++) {
      for (int s = 0; s < segments && chosen < MOST_GROUPS; s++) {
        if (level[s] == depth && children[s] > 0) {
          int most = Math.min(room / layout.end(s), MOST_GROUPS - chosen);
          int wanted = Math.min(most, children[s]);
          beginChildren(layout, s, wanted);
          room -= wanted * layout.end(s);
          chosen += wanted;
        }
      }
    }
    return begins;
  }

  /**
   * Has all that continue a segment begin groups, or as many as wanted at about equal distances.
   */
  private void beginChildren(SequenceLayout layout, int segment, int wanted) {
    long total = (long) treeTokens[segment] - layout.length(segment);
    long before = 0;
    int begun = 0;
    for (int s = segment + 1; s < layout.segments() && begun < wanted; s++) {
      if (layout.prefix()[s] == segment) {
        if (wanted == children[segment] || before * wanted >= begun * total) {
          begins[s] = true;
          begun++;
        }
        before += treeTokens[s];
      }
    }
  }
}
