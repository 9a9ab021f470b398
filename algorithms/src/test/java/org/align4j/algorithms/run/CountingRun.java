package org.align4j.algorithms.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.models.policy.TokenSequence;

/** Trains nothing: its model is the number of its step. The evaluation is best after step 2. */
final class CountingRun implements Trainable {

  static final String MODEL = "model.txt";

  private final long planned;
  private final long notFiniteFrom;
  private NonFiniteGuard guard = NonFiniteGuard.STOP;
  private long step;

  CountingRun(long planned) {
    this(planned, Long.MAX_VALUE);
  }

  /** From a step on, no number is finite. */
  CountingRun(long planned, long notFiniteFrom) {
    this.planned = planned;
    this.notFiniteFrom = notFiniteFrom;
  }

  @Override
  public long updates() {
    return step;
  }

  @Override
  public long planned() {
    return planned;
  }

  @Override
  public StepResult step() {
    if (step + 1 >= notFiniteFrom) {
      NonFiniteException failure = new NonFiniteException("the loss is NaN", null, -1);
      if (!guard.skips(failure)) {
        throw failure;
      }
    }
    step++;
    return new StepResult(
        ImmutableMap.of("train/reward", Math.sqrt(step)), ImmutableMap.of(), ImmutableList.of());
  }

  @Override
  public ImmutableMap<String, Double> evaluate() {
    return ImmutableMap.of("eval/accuracy", 1.0 / (1 + Math.abs(step - 2)));
  }

  @Override
  public void save(Path folder) {
    AtomicFiles.createFolder(
        folder, temporary -> Files.writeString(temporary.resolve(MODEL), "step " + step));
  }

  @Override
  public void resume(Path folder) {
    try {
      String text = Files.readString(folder.resolve(MODEL));
      if (!text.startsWith("step ")) {
        throw new BadFileException(folder, "it is damaged");
      }
      step = Long.parseLong(text.substring("step ".length()));
    } catch (IOException e) {
      throw new BadFileException(folder, "it cannot be read", e);
    }
  }

  @Override
  public void guard(NonFiniteGuard value) {
    guard = value;
  }

  @Override
  public void saveModel(Path folder) {
    save(folder);
  }

  @Override
  public boolean saveAverage(Path folder) {
    return false;
  }

  @Override
  public String text(TokenSequence sequence) {
    return "";
  }

  @Override
  public void close() {}
}
