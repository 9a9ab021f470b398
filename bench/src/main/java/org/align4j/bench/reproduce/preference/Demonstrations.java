package org.align4j.bench.reproduce.preference;

import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.TextPair;
import org.align4j.core.random.CounterRandom;

/**
 * Solutions of the embedded task in three styles. Hasty and careful ones are the task's own; a
 * padded one is a careful one with idle steps ({@code "16+0=16"}), which add length and no quality.
 */
public final class Demonstrations {

  /** Most characters of a solution: with the longest prompt it fits the model's positions. */
  static final int LONGEST = 68;

  private static final long STYLES = CounterRandom.stream("padded demonstrations");
  private static final int MOST_IDLE = 4;
  private static final double PADDED = 0.4;

  private Demonstrations() {}

  /** Solution number {@code index}; of the careful ones some are padded. */
  public static TextPair get(int index) {
    TextPair own = ArithmeticTask.demonstration(index);
    boolean careful = own.response().contains(";");
    return careful && CounterRandom.uniform(STYLES, index, 0) < PADDED
        ? new TextPair(own.prompt(), padded(own.response(), index))
        : own;
  }

  /** Idle steps between the last step and the answer, as far as there is room. */
  private static String padded(String careful, int index) {
    int end = careful.lastIndexOf("; ####");
    String value = careful.substring(careful.lastIndexOf(' ') + 1);
    String idle = "; " + value + "+0=" + value;
    int room = (LONGEST - careful.length()) / idle.length();
    int count = 1 + (int) (MOST_IDLE * CounterRandom.uniform(STYLES, index, 1));
    return careful.substring(0, end) + idle.repeat(Math.min(room, count)) + careful.substring(end);
  }
}
