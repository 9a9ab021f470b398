package org.align4j.spark;

import com.google.common.collect.ImmutableList;

/** Work cut into parts of neighbours, one an executor. */
final class Shares {

  private Shares() {}

  /**
   * Some of the items.
   *
   * @param from the first
   * @param to the one after the last
   */
  record Share(int from, int to) {}

  /** At most so many parts, none of them empty. */
  static ImmutableList<Share> of(int items, int parts) {
    int count = Math.min(items, parts);
    ImmutableList.Builder<Share> shares = ImmutableList.builder();
    for (int i = 0; i < count; i++) {
      shares.add(
          new Share((int) ((long) items * i / count), (int) ((long) items * (i + 1) / count)));
    }
    return shares.build();
  }
}
