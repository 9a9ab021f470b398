package org.align4j.algorithms.run.guard;

/**
 * A warning of a guard: a line of {@code events.jsonl}.
 *
 * @param step after which it warned
 * @param guard its name, such as {@code entropy-low}
 * @param level {@code warning}, or {@code error} where the update was not made
 * @param message what was seen, where it should be, what to do
 */
public record GuardEvent(long step, String guard, String level, String message) {

  static GuardEvent warning(long step, String guard, String message) {
    return new GuardEvent(step, guard, "warning", message);
  }

  /** An update that was not made. */
  public static GuardEvent error(long step, String guard, String message) {
    return new GuardEvent(step, guard, "error", message);
  }

  /** The event in one line. */
  public String text() {
    return "step " + step + ", " + guard + ": " + message;
  }
}
