package org.align4j.bench.reproduce.preference;

/** What the annotators of figure 1 choose by: Bradley and Terry with this utility, in nats. */
public final class Preferences {

  /** What a right answer is worth. */
  public static final double RIGHT = 2;

  /** What a token is worth. */
  public static final double PER_TOKEN = 0.03;

  private Preferences() {}
}
