package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableMap;
import org.align4j.algorithms.loss.EntropyController;
import org.align4j.algorithms.train.experience.TrainingBatch;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.algorithms.train.step.TrainStep;

/** Learns from rollout batches: in this process ({@link LocalLearner}), or on other machines. */
public interface Learner extends AutoCloseable {

  /**
   * All optimiser steps of one rollout batch.
   *
   * @param groups number of each sample's prompt {@code [B]}, those of one side by side
   * @param update number of the rollout batch, from 1
   * @param metrics gets what was measured
   */
  void update(TrainingBatch batch, int[] groups, long update, PhaseClock clock, MetricRow metrics);

  /**
   * The networks that learn, with their optimisers, by name. Their arrays are up to date, and may
   * be written to before {@link #restore}.
   */
  ImmutableMap<String, TrainStep> state();

  /** The controller of the entropy bonus, the rest of the state. */
  EntropyController entropy();

  /** Goes on from what was written into the arrays of {@link #state}, with this controller. */
  void restore(EntropyController entropy);

  /**
   * What becomes of updates that met a number which is not finite; without one they end the run.
   */
  void guard(NonFiniteGuard guard);

  @Override
  void close();
}
