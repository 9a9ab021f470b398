package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.file.BadFileException;

/**
 * A GGUF model: one file, or the parts that llama.cpp's {@code gguf-split} makes of it. Each part
 * says which one it is ({@code split.no}, from 0) of how many ({@code split.count}); the first has
 * the metadata, and names end in {@code -00001-of-00002.gguf} ({@code llama_split_path}).
 */
final class GgufParts implements AutoCloseable {

  private static final int MOST_PARTS = 9999;

  private final List<GgufFile> files = new ArrayList<>();
  private ImmutableMap<String, StoredTensor> tensors = ImmutableMap.of();

  private GgufParts() {}

  /** Opens a file with its siblings, whichever of them is named. */
  static GgufParts open(Path path) {
    GgufParts parts = new GgufParts();
    try {
      GgufFile named = GgufFile.open(path);
      parts.files.add(named);
      int count = named.metadata().integer("split.count", 1);
      if (count > 1) {
        parts.openSiblings(named, count);
      }
      parts.join();
      return parts;
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private void openSiblings(GgufFile named, int count) {
    int number = named.metadata().integer("split.no", 0);
    Path path = named.path();
    String name = String.valueOf(path.getFileName());
    String ending = ending(number, count);
    if (count > MOST_PARTS || number >= count || !name.endsWith(ending)) {
      throw new BadFileException(
          path,
          "is part %s of %s of a split GGUF, whose name should end in %s: name the parts so, or join"
              + " them with llama-gguf-split --merge",
          number + 1,
          count,
          ending);
    }
    String stem = name.substring(0, name.length() - ending.length());
    for (int i = 0; i < count; i++) {
      if (i == number) {
        // kept at its place: the first part has the metadata
        files.add(files.removeFirst());
        continue;
      }
      Path sibling = path.resolveSibling(stem + ending(i, count));
      if (!Files.exists(sibling)) {
        throw new BadFileException(
            path,
            "is part %s of %s of a split GGUF, and part %s (%s) is not beside it: fetch all parts",
            number + 1,
            count,
            i + 1,
            sibling.getFileName());
      }
      GgufFile part = GgufFile.open(sibling);
      files.add(part);
      if (part.metadata().integer("split.count", 1) != count
          || part.metadata().integer("split.no", 0) != i) {
        throw apart(
            sibling,
            "says that it is part %s of %s, its name says part %s of %s"
                .formatted(
                    part.metadata().integer("split.no", 0) + 1,
                    part.metadata().integer("split.count", 1),
                    i + 1,
                    count));
      }
    }
  }

  private static String ending(int number, int count) {
    return String.format(Locale.ROOT, "-%05d-of-%05d.gguf", number + 1, count);
  }

  private void join() {
    Map<String, StoredTensor> all = new LinkedHashMap<>();
    for (GgufFile part : files) {
      part.tensors()
          .forEach((name, tensor) -> {
            if (all.put(name, tensor) != null) {
              throw apart(
                  part.path(), "has tensor " + BadFileException.quote(name) + " of another part");
            }
          });
    }
    for (GgufFile part : files) {
      int said = part.metadata().integer("split.tensors.count", all.size());
      if (files.size() > 1 && said != all.size()) {
        throw apart(
            part.path(), "says that there are %s tensors, not %s".formatted(said, all.size()));
      }
    }
    tensors = ImmutableMap.copyOf(all);
  }

  private static BadFileException apart(Path path, String found) {
    return new BadFileException(
        path, "%s: the parts do not belong together; fetch all of one model", found);
  }

  /** The first part. */
  Path path() {
    return files.getFirst().path();
  }

  GgufMetadata metadata() {
    return files.getFirst().metadata();
  }

  /** The tensors of all parts by name. */
  ImmutableMap<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    files.forEach(GgufFile::close);
  }
}
