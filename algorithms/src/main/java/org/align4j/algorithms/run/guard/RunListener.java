package org.align4j.algorithms.run.guard;

import java.util.Map;

/** Listens to a run: for progress bars and logs. */
public interface RunListener {

  /** Hears nothing. */
  RunListener NONE = (step, row) -> {};

  /** A step is done; its row is written. */
  void onStep(long step, Map<String, Double> row);

  /** An evaluation begins. */
  default void onEvaluation(long step) {}

  /** A guard warned. */
  default void onGuard(GuardEvent event) {}

  /** The run goes on from the checkpoint of this step. */
  default void onResume(long step) {}

  /** Something is not as it should be, and the run goes on. */
  default void onWarning(String message) {}
}
