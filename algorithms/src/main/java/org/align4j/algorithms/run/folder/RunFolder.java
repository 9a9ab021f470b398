package org.align4j.algorithms.run.folder;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.FileException;
import org.align4j.core.file.JsonFiles;

/**
 * The folder of one training run, its product: {@code run.json} (what was run, on what), {@code
 * metrics.jsonl}, {@code completions.jsonl}, {@code events.jsonl}, TensorBoard events, {@code
 * log.txt}, {@code checkpoints/} and {@code policy/}. The table is in {@code docs/training.md}. One
 * process at a time has it open: the lock goes with the process, however it ends.
 */
public final class RunFolder implements AutoCloseable {

  /** Version of the layout. */
  public static final int FORMAT = 1;

  private static final String RUN = "run.json";
  private static final long LARGEST = 16 << 20;

  /** How far a run is. */
  public enum Status {
    /** Being written, or killed. */
    RUNNING,
    /** Ended as planned. */
    DONE,
    /** Stopped by a signal; its checkpoint goes on. */
    INTERRUPTED,
    /** Ended by an error. */
    FAILED
  }

  private final Path path;
  private final ObjectNode run;
  private final RunLock lock;

  private RunFolder(Path path, ObjectNode run, RunLock lock) {
    this.path = path;
    this.run = run;
    this.lock = lock;
  }

  /**
   * Makes the folder of a new run.
   *
   * @param description what {@link RunDescription} collected
   * @throws IllegalArgumentException where a run is there already, or anything else but what a
   *     process left that was killed before it had begun
   */
  public static RunFolder create(Path path, ObjectNode description, InstantSource clock) {
    if (!RunLock.isAlone(path)) {
      AtomicFiles.checkAbsent(path);
    }
    ObjectNode run = JsonFiles.mapper().createObjectNode().put("format", FORMAT);
    run.setAll(description);
    run.put("status", text(Status.RUNNING));
    run.put("started", clock.instant().toString());
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new FileException(path, e);
    }
    RunLock lock = RunLock.take(path);
    try {
      checkArgument(!exists(path), "%s is the folder of a run that has just begun", path);
      RunFolder folder = new RunFolder(path, run, lock);
      folder.write();
      return folder;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Opens the folder of a run that is to go on.
   *
   * @throws IllegalArgumentException where there is no run, or another process has it open
   */
  public static RunFolder open(Path path) {
    Path file = path.resolve(RUN);
    checkArgument(
        Files.isRegularFile(file), "%s is not the folder of a run: it has no %s", path, RUN);
    RunLock lock = RunLock.take(path);
    try {
      JsonNode root = JsonFiles.readObject(file, LARGEST);
      if (root.path("format").asInt() != FORMAT) {
        throw new BadFileException(
            file, "it has format %s, %s is known", root.path("format").asText(), FORMAT);
      }
      return new RunFolder(path, (ObjectNode) root, lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Whether there is a run. */
  public static boolean exists(Path path) {
    return Files.isRegularFile(path.resolve(RUN));
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** What {@code run.json} holds. */
  public ObjectNode description() {
    return run.deepCopy();
  }

  /** How far the run is said to be. */
  public Status status() {
    return Status.valueOf(run.path("status").asText().toUpperCase(java.util.Locale.ROOT));
  }

  /** Says how far the run is; what has ended has a time of its end. */
  public void status(Status status, InstantSource clock) {
    run.put("status", text(status));
    if (status == Status.RUNNING) {
      run.remove("ended");
    } else {
      run.put("ended", clock.instant().toString());
    }
    write();
  }

  /**
   * Replaces what may change when a run goes on, such as its length; written with the next status.
   */
  public void update(String field, JsonNode value) {
    run.set(field, value);
  }

  /** One row of metrics a step. */
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** Sampled responses with their scores. */
  public Path completions() {
    return path.resolve("completions.jsonl");
  }

  /** Guard warnings. */
  public Path events() {
    return path.resolve("events.jsonl");
  }

  /** Training states. */
  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  /** The trained model, once there is one. */
  public Path model() {
    return path.resolve("policy");
  }

  /** The model of the best evaluation, where that was not the last. */
  public Path bestModel() {
    return path.resolve("policy-best");
  }

  /** The moving average of the model, where one is kept. */
  public Path averageModel() {
    return path.resolve("policy-ema");
  }

  /** Batches that met numbers which are not finite. */
  public Path inspection() {
    return path.resolve("not-finite");
  }

  /** What held-out pairs say of the trained model, where it was trained on pairs. */
  public Path evaluation() {
    return path.resolve("evaluation.json");
  }

  /** The console output. */
  public Path log() {
    return path.resolve("log.txt");
  }

  /** Removes what a killed process left half-written. */
  public void removeLeftovers() {
    AtomicFiles.removeLeftovers(path, ImmutableSet.of(RunLock.NAME));
  }

  /** Lets another process go on with the run. */
  @Override
  public void close() {
    lock.close();
  }

  private void write() {
    AtomicFiles.writeString(path.resolve(RUN), run.toPrettyString() + "\n");
  }

  private static String text(Status status) {
    return status.name().toLowerCase(java.util.Locale.ROOT);
  }
}
