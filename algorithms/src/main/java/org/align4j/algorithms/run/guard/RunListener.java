package org.align4j.algorithms.run.guard;

import java.util.Map;

/** Is told how a run goes: for progress bars and logs. */
public interface RunListener {

  /** Hears nothing. */
  RunListener NONE = (step, row) -> {};

  /** A step is done; its row is written. */
  void onStep(long step, Map<String, Double> row);

  /** An evaluation begins. */
  default void onEvaluation(long step) {}

  /** A guard spoke. */
  default void onGuard(GuardEvent event) {}

  /** The run goes on from the checkpoint of this step. */
  default void onResume(long step) {}

  /** Something is not as it should be, and the run goes on. */
  default void onWarning(String message) {}
}
