package org.align4j.algorithms.preference;

import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.data.TextPair;

/** Preferences of the arithmetic task: the worked solution before the answer alone. */
public final class CarefulPairs {

  private CarefulPairs() {}

  /** The first of them. */
  public static List<PreferencePair> of(int size) {
    List<PreferencePair> pairs = new ArrayList<>();
    for (int i = 0; pairs.size() < size; i++) {
      TextPair demonstration = ArithmeticTask.demonstration(i);
      String response = demonstration.response();
      if (!response.startsWith("####")) {
        String hasty = response.substring(response.indexOf("####"));
        pairs.add(new PreferencePair(demonstration.prompt(), response, hasty));
      }
    }
    return pairs;
  }
}
