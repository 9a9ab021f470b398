package org.align4j.bench.compare;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.align4j.core.file.FileException;
import org.align4j.models.policy.Policy;

/**
 * Trains several algorithms from the same SFT policy on the same prompts with the same sample
 * budget. One update of each is run unmeasured first (compilation, page faults); the order
 * alternates by seed.
 */
public final class Comparison {

  private final ComparisonSettings settings;
  private final Workload workload;
  private final ComparisonListener listener;

  /** A comparison in the folders that {@link #prepare} made. */
  public Comparison(ComparisonSettings settings, Workload workload, ComparisonListener listener) {
    this.settings = settings;
    this.workload = workload;
    this.listener = listener;
  }

  /**
   * Makes the folders of all runs; those in which an earlier one wrote nothing are taken over.
   *
   * @throws IllegalArgumentException where a run of that name exists, or the folder cannot be
   *     written to
   */
  public static void prepare(ComparisonSettings settings) {
    for (String algorithm : settings.algorithms()) {
      for (long seed : seeds(settings)) {
        Path folder = settings.folder(algorithm, seed);
        removeIfNothingWritten(folder);
        checkArgument(
            !Files.exists(folder),
            "--out: %s exists from an earlier run: choose another folder or another seed",
            folder);
      }
    }
    try {
      for (String algorithm : settings.algorithms()) {
        for (long seed : seeds(settings)) {
          Files.createDirectories(settings.folder(algorithm, seed));
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--out: %s cannot be written to (%s)"
              .formatted(settings.out(), FileException.sentence(e)),
          e);
    }
  }

  /** Runs everything; results in the order of seeds, then of the algorithms as they were named. */
  public ImmutableList<RunResult> run() {
    OptionalDouble before = accuracyBefore();
    for (String algorithm : settings.algorithms()) {
      listener.warmingUp(algorithm);
      try (Run run = new Run(settings, workload, algorithm, settings.seed(), listener)) {
        run.warmUp();
      }
    }
    List<RunResult> results = new ArrayList<>();
    boolean reversed = false;
    for (long seed : seeds(settings)) {
      List<String> order = reversed ? Lists.reverse(settings.algorithms()) : settings.algorithms();
      for (String algorithm : order) {
        PeakMemory.reset();
        try (Run run = new Run(settings, workload, algorithm, seed, listener)) {
          results.add(run.measure(before));
        }
      }
      reversed = !reversed;
    }
    results.sort(
        java.util.Comparator.comparingLong(RunResult::seed)
            .thenComparingInt(result -> settings.algorithms().indexOf(result.algorithm())));
    return ImmutableList.copyOf(results);
  }

  private OptionalDouble accuracyBefore() {
    if (workload.heldOut().isEmpty()) {
      return OptionalDouble.empty();
    }
    listener.evaluating("the SFT policy");
    try (Policy policy = workload.policy().get()) {
      return OptionalDouble.of(HeldOut.accuracy(policy, workload, settings.training()));
    }
  }

  private static List<Long> seeds(ComparisonSettings settings) {
    List<Long> seeds = new ArrayList<>();
    for (int i = 0; i < settings.seeds(); i++) {
      seeds.add(settings.seed() + i);
    }
    return seeds;
  }

  /** Removes the folders that {@link #prepare} made and nothing was written to. */
  public static void removeEmptyFolders(ComparisonSettings settings) {
    for (String algorithm : settings.algorithms()) {
      for (long seed : seeds(settings)) {
        removeIfEmpty(settings.folder(algorithm, seed));
      }
      removeIfEmpty(settings.out().resolve(algorithm));
    }
    removeIfEmpty(settings.out());
  }

  private static void removeIfEmpty(Path folder) {
    try (var files = Files.list(folder)) {
      if (files.findAny().isEmpty()) {
        Files.delete(folder);
      }
    } catch (NoSuchFileException e) {
      // It was never made.
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }

  /** A run that was interrupted before its first update leaves its folder, with empty files. */
  private static void removeIfNothingWritten(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var entries = Files.list(folder)) {
      List<Path> left = entries.toList();
      for (Path entry : left) {
        if (!Files.isRegularFile(entry) || Files.size(entry) > 0) {
          return;
        }
      }
      for (Path entry : left) {
        Files.delete(entry);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }
}
