package org.align4j.algorithms.run.folder;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.FileException;
import org.align4j.core.file.JsonFiles;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a run, folders {@code step-N}: the last few are kept, and the best. Each is
 * written whole or not at all; one that turns out damaged is set aside and the one before is used.
 */
public final class Checkpoints {

  private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})");
  private static final String BEST = "best.json";
  private static final long LARGEST = 1 << 16;

  private final Path folder;
  private final int keep;

  /**
   * The checkpoints in a folder, which need not be there yet.
   *
   * @param keep how many of the newest stay, at least 1
   */
  public Checkpoints(Path folder, int keep) {
    checkArgument(keep >= 1, "checkpoint.keep is %s: it must be at least 1", keep);
    this.folder = folder;
    this.keep = keep;
  }

  /** Steps that have a checkpoint, oldest first. */
  public ImmutableList<Long> steps() {
    if (!Files.isDirectory(folder)) {
      return ImmutableList.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> NAME.matcher(entry.getFileName().toString()))
          .filter(java.util.regex.Matcher::matches)
          .map(name -> Long.parseLong(name.group(1)))
          .sorted()
          .collect(ImmutableList.toImmutableList());
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }

  /** Where the checkpoint of a step is. */
  public Path path(long step) {
    return folder.resolve("step-" + step);
  }

  /**
   * Writes the checkpoint of a step, unless it is there, then removes those no longer kept.
   *
   * @param writer writes the folder it is given whole or not at all
   */
  public void save(long step, Consumer<Path> writer) {
    if (!Files.isDirectory(path(step))) {
      writer.accept(path(step));
    }
    prune();
  }

  /** Remembers that the checkpoint of this step is the best so far: it is not removed. */
  public void markBest(long step, double value) {
    ObjectNode best = JsonFiles.mapper().createObjectNode();
    best.put("step", step).put("value", value);
    AtomicFiles.writeString(folder.resolve(BEST), best + "\n");
    prune();
  }

  /** The step of the best checkpoint, where one was marked. */
  public OptionalLong bestStep() {
    JsonNode best = best();
    return best == null ? OptionalLong.empty() : OptionalLong.of(best.path("step").asLong());
  }

  /** The value of the best checkpoint, where one was marked. */
  public OptionalDouble bestValue() {
    JsonNode best = best();
    return best == null ? OptionalDouble.empty() : OptionalDouble.of(best.path("value").asDouble());
  }

  private @Nullable JsonNode best() {
    Path file = folder.resolve(BEST);
    try {
      return Files.exists(file) ? JsonFiles.readObject(file, LARGEST) : null;
    } catch (BadFileException e) {
      // Nothing is lost: the metrics say which evaluation was the best.
      return null;
    }
  }

  /**
   * Restores the newest checkpoint that is whole. A damaged one is reported, set aside under
   * another name, and the one before is tried.
   *
   * @param restore reads a folder; throws {@link BadFileException} for a damaged one and leaves
   *     everything as it was
   * @param warn gets a message for each damaged one
   * @return its step; empty where there is none that is whole
   */
  public OptionalLong restore(Consumer<Path> restore, Consumer<String> warn) {
    ImmutableList<Long> newestFirst = steps().reverse();
    for (long step : newestFirst) {
      try {
        restore.accept(path(step));
        cleanUp(step);
        return OptionalLong.of(step);
      } catch (BadFileException e) {
        Path aside = folder.resolve("damaged-step-" + step);
        warn.accept(
            "the checkpoint of step %s is damaged (%s): it is set aside as %s, and the one before is used"
                .formatted(step, e.getMessage(), aside.getFileName()));
        delete(aside);
        move(path(step), aside);
      }
    }
    if (!newestFirst.isEmpty()) {
      warn.accept(
          "no checkpoint in %s is whole: the run begins anew, from its first step"
              .formatted(folder));
    }
    cleanUp(-1);
    return OptionalLong.empty();
  }

  /**
   * Removes what a killed process left, and the mark of a best checkpoint that is still to come.
   */
  private void cleanUp(long restored) {
    AtomicFiles.removeLeftovers(folder, ImmutableSet.of());
    OptionalLong best = bestStep();
    if (best.isEmpty()
        || best.getAsLong() > restored
        || !Files.isDirectory(path(best.getAsLong()))) {
      AtomicFiles.remove(folder.resolve(BEST));
    }
  }

  private void prune() {
    ImmutableList<Long> steps = steps();
    OptionalLong best = bestStep();
    for (long step : steps.subList(0, Math.max(0, steps.size() - keep))) {
      if (best.isEmpty() || best.getAsLong() != step) {
        delete(path(step));
      }
    }
  }

  /** Renamed first, so that no half-deleted folder is ever taken for a checkpoint. */
  private static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    Path doomed = path.resolveSibling(".deleted-" + path.getFileName());
    AtomicFiles.remove(doomed);
    move(path, doomed);
    AtomicFiles.remove(doomed);
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to);
    } catch (IOException e) {
      throw new FileException(from, e);
    }
  }
}
