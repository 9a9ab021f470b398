package org.align4j.spark;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.align4j.algorithms.run.folder.FileHashes;
import org.align4j.models.adapter.PeftFolder;

/**
 * SHA-256 of what executors read. Each reads its own copy, and a copy that is another file would
 * end in other numbers, perhaps unseen.
 *
 * @param inputs files and model folders, an adapter's base among them
 * @param sums in hexadecimal by file; of a folder those that a model is read from
 */
record FileSums(ImmutableList<String> inputs, ImmutableSortedMap<String, String> sums)
    implements Serializable {

  private static final Pattern OF_A_MODEL =
      Pattern.compile("[^.].*\\.(safetensors|gguf|json|jinja|model|txt)");

  /** A model's folder has folders of templates at most. */
  private static final int DEPTH = 2;

  /** A file as it was when it was read. */
  private record Seen(String file, long size, long modified) {}

  private static final Map<Seen, String> KNOWN = new ConcurrentHashMap<>();

  /** Those of this machine. */
  static FileSums of(Collection<String> inputs) {
    ImmutableList.Builder<String> all = ImmutableList.builder();
    for (String input : inputs) {
      all.add(input);
      if (PeftFolder.isAdapter(Path.of(input))) {
        all.add(PeftFolder.base(Path.of(input)));
      }
    }
    return ofAll(all.build());
  }

  private static FileSums ofAll(ImmutableList<String> inputs) {
    ImmutableSortedMap.Builder<String, String> sums = ImmutableSortedMap.naturalOrder();
    try {
      for (String input : ImmutableSet.copyOf(inputs)) {
        for (Path file : files(Path.of(input))) {
          sums.put(file.toString(), sum(file));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FileSums(inputs, sums.buildOrThrow());
  }

  private static List<Path> files(Path input) throws IOException {
    if (!Files.isDirectory(input)) {
      return Files.exists(input) ? List.of(input) : List.of();
    }
    try (Stream<Path> entries = Files.walk(input, DEPTH)) {
      return entries
          .filter(file -> OF_A_MODEL.matcher(file.getFileName().toString()).matches())
          .filter(Files::isRegularFile)
          .toList();
    }
  }

  private static String sum(Path file) throws IOException {
    Seen seen =
        new Seen(file.toString(), Files.size(file), Files.getLastModifiedTime(file).toMillis());
    return KNOWN.computeIfAbsent(seen, key -> FileHashes.sha256(file));
  }

  /** How this machine's files differ from these, in sentences; empty where they do not. */
  List<String> differences() {
    FileSums own = ofAll(inputs);
    List<String> found = new ArrayList<>();
    sums.forEach((file, sum) -> {
      String here = own.sums.get(file);
      if (here == null) {
        found.add("%s is not there".formatted(file));
      } else if (!here.equals(sum)) {
        found.add("%s has SHA-256 %s, the driver's %s".formatted(file, here, sum));
      }
    });
    for (String file : own.sums.keySet()) {
      if (!sums.containsKey(file)) {
        found.add("%s is there, and the driver has none".formatted(file));
      }
    }
    return found;
  }

  /**
   * Refuses other files than these.
   *
   * @param where they are
   * @throws IllegalArgumentException naming them, with both sums and the remedy
   */
  static void refuse(String where, List<String> differences) {
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: %s: copy the driver's files there, or name a folder that all machines share"
              .formatted(where, String.join("; ", differences)));
    }
  }
}
