package org.align4j.algorithms.train.report;

/** Listens to progress: for progress bars and logs. */
public interface TrainingListener {

  /** Hears nothing. */
  TrainingListener NONE = report -> {};

  /** A step is done. */
  void onStep(StepReport report);

  /** A phase of a step begins. */
  default void onPhase(long update, Phase phase) {}
}
