package org.align4j.algorithms.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.guard.GuardEvent;
import org.align4j.algorithms.settings.run.GuardSettings;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.metric.StepLines;
import org.align4j.models.policy.TokenSequence;

/**
 * Saves what met a number that is not finite for inspection, and stops the run, or skips the update
 * a limited number of times in a row.
 */
final class NonFiniteWatch implements NonFiniteGuard {

  private static final String GUARD = "not-finite";

  private final RunFolder folder;
  private final GuardSettings settings;
  private final Trainable trainable;
  private final List<GuardEvent> events = new ArrayList<>();
  private long step;
  private int inARow;
  private boolean skippedNow;

  NonFiniteWatch(RunFolder folder, GuardSettings settings, Trainable trainable) {
    this.folder = folder;
    this.settings = settings;
    this.trainable = trainable;
  }

  /** From here on it is this step. */
  void beforeStep(long value) {
    step = value;
  }

  /** Counts the skips in a row at the end of the steps so far: for a resumed run. */
  void replay(long lastStep) {
    long[] last = {-1};
    StepLines.read(
        folder.events(),
        row -> {
          if (row.path("guard").asText().equals(GUARD)) {
            long at = row.path("step").asLong();
            inARow = at <= last[0] + 1 ? inARow + 1 : 1;
            last[0] = at;
          }
        });
    if (last[0] != lastStep) {
      inARow = 0;
    }
  }

  @Override
  public boolean skips(NonFiniteException failure) {
    save(failure);
    inARow++;
    skippedNow = true;
    events.add(GuardEvent.error(step, GUARD, String.valueOf(failure.getMessage())));
    return settings.nonFinite() == GuardSettings.NonFinite.SKIP && inARow <= settings.skipLimit();
  }

  /** Events since this was last asked; a step without one ends the row of skips. */
  List<GuardEvent> afterStep() {
    if (!skippedNow) {
      inARow = 0;
    }
    skippedNow = false;
    List<GuardEvent> seen = List.copyOf(events);
    events.clear();
    return seen;
  }

  private void save(NonFiniteException failure) {
    ObjectNode node = JsonFiles.mapper().createObjectNode();
    node.put("step", step);
    node.put("message", failure.getMessage());
    TokenSequence sequence = failure.sequence();
    if (sequence != null) {
      node.put("text", trainable.text(sequence));
      node.put("column", failure.column());
      node.set("prompt_ids", JsonFiles.mapper().valueToTree(sequence.prompt()));
      node.set("response_ids", JsonFiles.mapper().valueToTree(sequence.response()));
    }
    AtomicFiles.writeString(
        folder.inspection().resolve("step-" + step + ".json"), node.toPrettyString() + "\n");
  }
}
