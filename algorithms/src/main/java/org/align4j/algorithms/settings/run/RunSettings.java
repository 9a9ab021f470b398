package org.align4j.algorithms.settings.run;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.Fields;

/**
 * How a run is looked after, the same for reinforcement learning, fine-tuning and preferences; see
 * the {@link Doc} of each component.
 */
public record RunSettings(
    @Doc("States to go on from.") CheckpointSettings checkpoint,
    @Doc("Held-out data during the run.") EvaluationSettings evaluation,
    @Doc("What is written beside metrics.jsonl.") LoggingSettings logging,
    @Doc("What stops a run or warns.") GuardSettings guards) {

  /** A checkpoint every 30 minutes, an evaluation at both ends. */
  public static RunSettings defaults() {
    return new RunSettings(
        new CheckpointSettings(0, 30, 2),
        new EvaluationSettings(0, Optional.empty(), 64, 1, Optional.empty(), 0),
        new LoggingSettings(1, false),
        new GuardSettings(GuardSettings.NonFinite.STOP, 3, 20, 0.01, 0.01, 0.3, 2));
  }

  /** With a changed group. */
  public RunSettings withCheckpoint(UnaryOperator<CheckpointSettings> change) {
    return Fields.replace(this, "checkpoint", change.apply(checkpoint));
  }

  /** With a changed group. */
  public RunSettings withEvaluation(UnaryOperator<EvaluationSettings> change) {
    return Fields.replace(this, "evaluation", change.apply(evaluation));
  }

  /** With a changed group. */
  public RunSettings withLogging(UnaryOperator<LoggingSettings> change) {
    return Fields.replace(this, "logging", change.apply(logging));
  }

  /** With a changed group. */
  public RunSettings withGuards(UnaryOperator<GuardSettings> change) {
    return Fields.replace(this, "guards", change.apply(guards));
  }
}
