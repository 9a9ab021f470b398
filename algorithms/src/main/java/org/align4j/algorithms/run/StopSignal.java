package org.align4j.algorithms.run;

/** Asked between steps whether to stop: by a signal, a deadline, a button. */
@FunctionalInterface
public interface StopSignal {

  /** Never stops. */
  StopSignal NEVER = () -> false;

  /** Whether the run is to save its state and end. */
  boolean requested();
}
