package org.align4j.algorithms.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Map;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.models.policy.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * What a run trains: a policy by reinforcement learning, by imitation or from preferences, or a
 * reward model. All its state is its own, and {@link #resume} goes on bit for bit.
 */
public interface Trainable extends AutoCloseable {

  /**
   * What a step did.
   *
   * @param metrics equal in equal runs
   * @param times {@code time/*} in seconds and what else differs from run to run
   * @param completions sampled responses, rows of {@code completions.jsonl} without their step
   */
  record StepResult(
      ImmutableMap<String, Double> metrics,
      ImmutableMap<String, Double> times,
      ImmutableList<Map<String, @Nullable Object>> completions) {}

  /** Steps done. */
  long updates();

  /** Steps of the whole run. */
  long planned();

  /** Does the next step. */
  StepResult step();

  /**
   * Metrics {@code eval/*} of the model as it is; the first decides which checkpoint is best. The
   * training state does not change.
   */
  ImmutableMap<String, Double> evaluate();

  /** Writes the whole state into a new folder, whole or not at all. */
  void save(Path folder);

  /**
   * Reads a state that {@link #save} wrote.
   *
   * @throws org.align4j.core.file.BadFileException for a damaged one; nothing has changed then
   */
  void resume(Path folder);

  /** What becomes of updates that met a number which is not finite. */
  void guard(NonFiniteGuard guard);

  /** Writes the model as a Hugging Face folder. */
  void saveModel(Path folder);

  /** Writes the moving average of the model, where one is kept; answers whether it did. */
  boolean saveAverage(Path folder);

  /** Writes what is to be said of the trained model at the end, beyond its metrics. */
  default void conclude(RunFolder folder) {}

  /** The text of a sequence that was trained on, special tokens included. */
  String text(TokenSequence sequence);

  @Override
  void close();
}
