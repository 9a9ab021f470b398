package org.align4j.bench.reproduce;

import com.google.common.base.Splitter;
import java.util.List;
import org.align4j.algorithms.data.ArithmeticTask;
import org.align4j.algorithms.data.TextPair;
import org.align4j.core.random.CounterRandom;

/**
 * Solutions of the embedded task in three styles. Hasty and careful ones are the task's own; a
 * padded one is a careful one with idle steps ({@code "16+0=16"}), which add length and no quality.
 */
final class Demonstrations {

  /** Most characters of a solution: with the longest prompt it fits the model's positions. */
  static final int LONGEST = 68;

  private static final long STYLES = CounterRandom.stream("padded demonstrations");
  private static final int MOST_IDLE = 3;
  private static final double PADDED = 0.4;

  private Demonstrations() {}

  /** Solution number {@code index}; of the careful ones some are padded. */
  static TextPair get(int index) {
    TextPair own = ArithmeticTask.demonstration(index);
    boolean careful = own.response().contains(";");
    return careful && CounterRandom.uniform(STYLES, index, 0) < PADDED
        ? new TextPair(own.prompt(), padded(own.response(), index))
        : own;
  }

  /** Up to three idle steps after each step, as far as there is room. */
  private static String padded(String careful, int index) {
    List<String> parts = Splitter.on("; ").splitToList(careful);
    StringBuilder out = new StringBuilder();
    int room = LONGEST - careful.length();
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      out.append(i == 0 ? "" : "; ").append(part);
      int equals = part.indexOf('=');
      if (equals < 0) {
        continue;
      }
      String value = part.substring(equals + 1);
      String idle = "; " + value + "+0=" + value;
      int count = 1 + (int) (MOST_IDLE * CounterRandom.uniform(STYLES, index, i + 1L));
      for (; count > 0 && idle.length() <= room; count--) {
        out.append(idle);
        room -= idle.length();
      }
    }
    return out.toString();
  }
}
