package org.align4j.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every failed read or write names its file: the system's own messages do not. */
final class FileExceptionTest {

  @TempDir private Path folder;

  @Test
  void aFullDiskNamesTheWholePathAndTheRemedy() {
    Path file = folder.resolve("x/../metrics.jsonl");
    assertThat(new FileException(file, new IOException("No space left on device")))
        .hasMessage(
            "%s: No space left on device: free some, or choose a folder on another disk",
            folder.resolve("metrics.jsonl").toAbsolutePath());
  }

  @Test
  void theKindsOfFailureAreSaidInWords() {
    assertThat(FileException.sentence(new NoSuchFileException("a/b")))
        .isEqualTo("a/b: there is no such file or folder");
    assertThat(FileException.sentence(new AccessDeniedException("a/b")))
        .startsWith("a/b: permission denied");
    assertThat(FileException.sentence(new IOException("Input/output error")))
        .isEqualTo("Input/output error");
  }

  /** The temporary name beside the target means nothing to the user. */
  @Test
  void aFolderThatCannotBeFilledIsNamedByItsPlaceAndLeavesNothing() throws IOException {
    Path target = folder.resolve("policy");
    assertThatThrownBy(() ->
            AtomicFiles.createFolder(
                target,
                temporary -> {
                  Files.writeString(temporary.resolve("half"), "half");
                  throw new FileException(
                      temporary.resolve("half"), new IOException("No space left on device"));
                }))
        .isInstanceOf(FileException.class)
        .hasMessageStartingWith(target.toAbsolutePath() + ": No space left on device");
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
