package org.align4j.bench.compare;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.file.FileException;

/** The folders of a comparison before and after its runs. */
public final class ComparisonFolders {

  /** Files of a run that has not learnt anything may hold its description and its beginning. */
  private static final List<String> OF_THE_BEGINNING =
      List.of("run.json", "log.txt", "events.out.tfevents.");

  private ComparisonFolders() {}

  /**
   * Makes the folders of all algorithms; a run that was interrupted in its first update is taken
   * over.
   *
   * @throws IllegalArgumentException where a run of that name exists, or the folder cannot be
   *     written to
   */
  public static void prepare(ComparisonSettings settings) {
    for (String algorithm : settings.algorithms()) {
      for (long seed : settings.allSeeds()) {
        Path folder = settings.folder(algorithm, seed);
        removeIfNothingLearnt(folder);
        checkArgument(
            !Files.exists(folder),
            "--out: %s exists from an earlier run: choose another folder or another seed",
            folder);
      }
    }
    try {
      for (String algorithm : settings.algorithms()) {
        Files.createDirectories(settings.out().resolve(algorithm));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--out: %s cannot be written to (%s)"
              .formatted(settings.out(), FileException.sentence(e)),
          e);
    }
  }

  /** Removes the folders that {@link #prepare} made and no run came to. */
  public static void removeEmpty(ComparisonSettings settings) {
    for (String algorithm : settings.algorithms()) {
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

  private static void removeIfNothingLearnt(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var entries = Files.list(folder)) {
      List<Path> files = entries.toList();
      for (Path file : files) {
        if (!Files.isRegularFile(file) || saysSomething(file)) {
          return;
        }
      }
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new FileException(folder, e);
    }
  }

  private static boolean saysSomething(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (Files.size(file) == 0 || OF_THE_BEGINNING.stream().anyMatch(name::startsWith)) {
      return false;
    }
    // The evaluation before the first update is the same in every run.
    return !name.equals("metrics.jsonl")
        || !Files.readAllLines(file).stream().allMatch(line -> line.startsWith("{\"step\":0,"));
  }
}
