package org.align4j.core.kernel;

/** Work on a range of items, one tile at a time. Make it once and run it often. */
@FunctionalInterface
public interface Task {

  /** Does the items {@code [from, to)}; {@code scratch} belongs to the running thread. */
  void run(int from, int to, Scratch scratch);
}
