package org.align4j.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFilesTest {

  @TempDir Path folder;

  @Test
  void aFileIsReplacedAsAWhole() throws IOException {
    Path file = folder.resolve("deep/a.txt");
    AtomicFiles.writeString(file, "one");
    AtomicFiles.writeString(file, "two");
    assertThat(file).hasContent("two");
    assertThat(names(folder.resolve("deep"))).containsExactly("a.txt");
  }

  @Test
  void aFolderThatIsReplacedStaysUntilTheNewOneIsWhole() throws IOException {
    Path target = folder.resolve("model");
    AtomicFiles.replaceFolder(target, path -> write(path, "one"));
    assertThatThrownBy(() ->
            AtomicFiles.replaceFolder(
                target,
                path -> {
                  throw new IllegalStateException("disk full");
                }))
        .hasMessage("disk full");
    AtomicFiles.replaceFolder(target, path -> {});
    assertThat(target.resolve("a.txt")).hasContent("one");
    AtomicFiles.replaceFolder(target, path -> write(path, "two"));
    assertThat(target.resolve("a.txt")).hasContent("two");
    assertThat(names(folder)).containsExactly("model");
  }

  private static void write(Path path, String text) {
    AtomicFiles.createFolder(path, half -> Files.writeString(half.resolve("a.txt"), text));
  }

  @Test
  void aWriteThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFiles.writeString(file, "old");
    assertThatThrownBy(() ->
            AtomicFiles.write(
                file,
                temporary -> {
                  Files.writeString(temporary, "half");
                  throw new IOException("disk full");
                }))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(file).hasContent("old");
    assertThat(names(folder)).containsExactly("a.txt");
  }

  @Test
  void aFolderAppearsCompleteOrNotAtAll() throws IOException {
    Path made = folder.resolve("made");
    AtomicFiles.createFolder(made, at -> Files.writeString(at.resolve("x"), "1"));
    assertThat(made.resolve("x")).hasContent("1");
    assertThatThrownBy(() ->
            AtomicFiles.createFolder(
                folder.resolve("other"),
                at -> {
                  Files.writeString(at.resolve("x"), "1");
                  throw new IOException("disk full");
                }))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(names(folder)).containsExactly("made");
  }

  @Test
  void aFolderThatIsThereIsNeverOverwritten() throws IOException {
    Path made = folder.resolve("made");
    AtomicFiles.createFolder(made, at -> Files.writeString(at.resolve("x"), "1"));
    assertThatThrownBy(
            () -> AtomicFiles.createFolder(made, at -> Files.writeString(at.resolve("x"), "2")))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("exists already");
    assertThat(made.resolve("x")).hasContent("1");
    assertThat(names(folder)).containsExactly("made");
  }

  @Test
  void anEmptyFolderMayBeFilled() throws IOException {
    Path made = Files.createDirectory(folder.resolve("made"));
    AtomicFiles.createFolder(made, at -> Files.writeString(at.resolve("x"), "1"));
    assertThat(made.resolve("x")).hasContent("1");
  }

  @Test
  void aPartBeyondTheEndOfAMappedFileIsRefused() throws IOException {
    Path file = Files.write(folder.resolve("f"), new byte[10]);
    try (MappedFile mapped = MappedFile.open(file)) {
      assertThat(mapped.slice(4, 6, "the tail").byteSize()).isEqualTo(6);
      for (long[] part : new long[][] {{4, 7}, {-1, 2}, {11, 0}, {2, -1}, {8, Long.MAX_VALUE}}) {
        assertThatThrownBy(() -> mapped.slice(part[0], part[1], "the tail"))
            .isInstanceOf(BadFileException.class)
            .hasMessageStartingWith("f: the tail");
      }
    }
  }

  @Test
  void jsonWithDuplicatesOrTailsOrBottomlessDepthIsRefused() {
    for (String json : List.of("{\"a\":1,\"a\":2}", "{} {}", "[1]", "{", "[".repeat(100_000))) {
      assertThatThrownBy(
              () -> JsonFiles.parseObject(Path.of("x.json"), json.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(BadFileException.class)
          .hasMessageStartingWith("x.json: is not");
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
