package org.align4j.bench.reproduce.study;

import org.align4j.algorithms.run.guard.RunListener;

/** Listens to the progress of a reproduction. */
public interface Progress {

  /** Hears nothing. */
  Progress NONE = (name, steps) -> RunListener.NONE;

  /**
   * A run begins or goes on.
   *
   * @param steps of the whole run
   * @return what hears of its steps
   */
  RunListener begin(String name, long steps);

  /** The run that began last has ended. */
  default void end() {}

  /** Something to tell. */
  default void message(String text) {}
}
