package org.align4j.bench.cli.train;

import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.StepReport;
import org.align4j.algorithms.train.report.TrainingListener;

/** Passes on what a trainer tells, once there is somebody who listens. */
final class PhaseRelay implements TrainingListener {

  private TrainingListener listener = TrainingListener.NONE;

  /** From now on this one hears everything. */
  void relay(TrainingListener to) {
    listener = to;
  }

  @Override
  public void onStep(StepReport report) {
    listener.onStep(report);
  }

  @Override
  public void onPhase(long update, Phase phase) {
    listener.onPhase(update, phase);
  }
}
