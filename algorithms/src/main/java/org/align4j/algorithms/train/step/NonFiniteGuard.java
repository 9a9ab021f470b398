package org.align4j.algorithms.train.step;

/** Decides what becomes of an update that met a number which is not finite. */
@FunctionalInterface
public interface NonFiniteGuard {

  /** Every such update ends the run. */
  NonFiniteGuard STOP = failure -> false;

  /** Whether the update is left out and the run goes on; false ends it with the exception. */
  boolean skips(NonFiniteException failure);
}
