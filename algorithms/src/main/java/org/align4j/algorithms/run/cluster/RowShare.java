package org.align4j.algorithms.run.cluster;

import com.google.common.collect.ImmutableList;

/**
 * Some of many rows, neighbours: what one executor gets.
 *
 * @param from the first
 * @param to the one after the last
 */
public record RowShare(int from, int to) {

  /** Rows cut into so many parts at most, none of them empty. */
  public static ImmutableList<RowShare> of(int rows, int parts) {
    int count = Math.min(rows, parts);
    ImmutableList.Builder<RowShare> shares = ImmutableList.builder();
    for (int i = 0; i < count; i++) {
      shares.add(
          new RowShare((int) ((long) rows * i / count), (int) ((long) rows * (i + 1) / count)));
    }
    return shares.build();
  }
}
