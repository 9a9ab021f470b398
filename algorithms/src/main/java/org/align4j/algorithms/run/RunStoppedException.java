package org.align4j.algorithms.run;

/** A guard stopped the run. The message says what was seen and what to do; checkpoints stay. */
public final class RunStoppedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  RunStoppedException(String message, Throwable cause) {
    super(message, cause);
  }
}
