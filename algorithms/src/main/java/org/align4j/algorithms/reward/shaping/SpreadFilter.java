package org.align4j.algorithms.reward.shaping;

import com.google.common.primitives.ImmutableIntArray;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.align4j.algorithms.advantage.Groups;

/**
 * Drops groups that teach nothing: those whose scores are all equal. By spread and not, as in
 * OpenRLHF, by the mean lying strictly between two bounds, which lets groups of equal fractional
 * scores through.
 */
public final class SpreadFilter {

  private SpreadFilter() {}

  /** Rows of the scores {@code [B]} whose group has at least two different ones, in order. */
  public static ImmutableIntArray rows(double[] scores, Groups groups) {
    Map<Integer, Double> first = new HashMap<>();
    Set<Integer> spread = new HashSet<>();
    for (int i = 0; i < scores.length; i++) {
      int group = groups.ids().get(i);
      Double earlier = first.putIfAbsent(group, scores[i]);
      if (earlier != null && earlier != scores[i]) {
        spread.add(group);
      }
    }
    ImmutableIntArray.Builder rows = ImmutableIntArray.builder();
    for (int i = 0; i < scores.length; i++) {
      if (spread.contains(groups.ids().get(i))) {
        rows.add(i);
      }
    }
    return rows.build();
  }
}
