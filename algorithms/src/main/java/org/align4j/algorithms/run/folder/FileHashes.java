package org.align4j.algorithms.run.folder;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256 of what a run was made from. */
public final class FileHashes {

  private FileHashes() {}

  /**
   * Of a file's bytes, in hexadecimal; of a folder: of the names and hashes of its files, in order
   * of name.
   */
  public static String sha256(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        return MoreFiles.asByteSource(path).hash(Hashing.sha256()).toString();
      }
      List<Path> files;
      try (Stream<Path> entries = Files.list(path)) {
        files = entries.filter(Files::isRegularFile).sorted().toList();
      }
      Hasher hasher = Hashing.sha256().newHasher();
      for (Path file : files) {
        hasher.putString(
            "%s %s%n".formatted(sha256(file), file.getFileName()), StandardCharsets.UTF_8);
      }
      return hasher.hash().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
