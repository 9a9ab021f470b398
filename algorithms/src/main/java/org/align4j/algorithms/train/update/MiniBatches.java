package org.align4j.algorithms.train.update;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.algorithms.data.Shuffle;

/**
 * Cuts a rollout batch into mini-batches in random order (paper, §3.3). Prompts are shuffled, the
 * samples of one stay neighbours: they share the prompt's computation.
 */
public final class MiniBatches {

  private MiniBatches() {}

  /**
   * Rows of each mini-batch; the last may be smaller.
   *
   * @param groups number of each sample's prompt {@code [B]}, those of one side by side
   * @param pass number of the pass over all rollout batches: the stream of the random order
   */
  public static ImmutableList<int[]> of(int[] groups, int batchSize, long seed, long pass) {
    List<List<Integer>> byGroup = new ArrayList<>();
    for (int i = 0; i < groups.length; i++) {
      if (i == 0 || groups[i] != groups[i - 1]) {
        byGroup.add(new ArrayList<>());
      }
      byGroup.get(byGroup.size() - 1).add(i);
    }
    int[] place = new Shuffle("mini-batch order", seed, byGroup.size()).order(pass);
    List<List<Integer>> shuffled = new ArrayList<>(byGroup);
    for (int g = 0; g < place.length; g++) {
      shuffled.set(place[g], byGroup.get(g));
    }
    int[] order = shuffled.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
    ImmutableList.Builder<int[]> batches = ImmutableList.builder();
    for (int from = 0; from < order.length; from += batchSize) {
      batches.add(Arrays.copyOfRange(order, from, Math.min(order.length, from + batchSize)));
    }
    return batches.build();
  }
}
