package org.align4j.bench.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.align4j.algorithms.run.Trainable;
import org.align4j.algorithms.run.memory.JobMemory;
import org.align4j.algorithms.settings.run.RunSettings;
import org.align4j.algorithms.train.report.TrainingListener;

/**
 * A run whose settings and files are checked, and which is ready to load its models.
 *
 * @param settings all fields as a tree, for {@code run.json}
 * @param run checkpoints, evaluation, guards
 * @param algorithm in {@code run.json}
 * @param seed in {@code run.json}
 * @param planned steps of the whole run
 * @param plan the arithmetic of batches in one sentence
 * @param model what it starts from; empty for the embedded one
 * @param data files it reads
 * @param memory what it takes, before anything is loaded
 * @param opener loads the models
 */
record RunJob(
    ObjectNode settings,
    RunSettings run,
    String algorithm,
    long seed,
    long planned,
    String plan,
    Optional<Path> model,
    ImmutableList<Path> data,
    Supplier<JobMemory> memory,
    Opener opener) {

  /** Loads the models of a run. */
  @FunctionalInterface
  interface Opener {
    Trainable open(TrainingListener phases);
  }
}
