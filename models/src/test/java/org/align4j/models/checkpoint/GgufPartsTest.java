package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.align4j.core.file.BadFileException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Split files as {@code llama-gguf-split} and gguf-py write them, and odd but legal ones. */
final class GgufPartsTest {

  private static final String NORM = "output_norm.weight";

  @TempDir Path folder;

  private final float[] norm = TinyModels.randoms(new Random(4), 8);
  private final Path first = Path.of("m-00001-of-00002.gguf");
  private final Path second = Path.of("m-00002-of-00002.gguf");

  @BeforeEach
  void split() throws IOException {
    write(first, numbered(TinyModels.gguf("llama").remove(NORM), 0));
    write(second, numbered(new GgufBuilder().tensor(NORM, norm, 8), 1));
  }

  private static GgufBuilder numbered(GgufBuilder builder, int number) {
    return builder.put("split.no", number).put("split.count", 2);
  }

  private void write(Path name, GgufBuilder builder) throws IOException {
    Files.write(folder.resolve(name), builder.build());
  }

  @Test
  void anyPartStandsForTheWhole() {
    for (Path name : List.of(first, second)) {
      try (Checkpoint model = Checkpoint.load(folder.resolve(name))) {
        assertThat(model.parameters().get("model.norm.weight").data().asFloat())
            .containsExactly(norm);
      }
    }
  }

  @Test
  void aMissingPartIsNamed() throws IOException {
    Files.delete(folder.resolve(second));
    assertThatThrownBy(() -> Checkpoint.load(folder.resolve(first)))
        .isInstanceOf(BadFileException.class)
        .hasMessage(
            first
                + ": is part 1 of 2 of a split GGUF, and part 2 ("
                + second
                + ") is not beside it: fetch all parts");
  }

  @Test
  void aPartUnderAnotherNameIsTold() throws IOException {
    Files.move(folder.resolve(first), folder.resolve("renamed.gguf"));
    assertThatThrownBy(() -> Checkpoint.load(folder.resolve("renamed.gguf")))
        .hasMessageContaining("whose name should end in -00001-of-00002.gguf");
  }

  @Test
  void partsOfDifferentModelsAreRefused() throws IOException {
    write(second, numbered(TinyModels.gguf("llama"), 1));
    assertThatThrownBy(() -> Checkpoint.load(folder.resolve(first)))
        .hasMessageContaining("of another part: the parts do not belong together");
    write(second, new GgufBuilder().tensor(NORM, norm, 8));
    assertThatThrownBy(() -> Checkpoint.load(folder.resolve(first)))
        .hasMessageContaining("part 1 of 1, its name says part 2 of 2");
    write(
        second, numbered(new GgufBuilder().tensor(NORM, norm, 8), 1).put("split.tensors.count", 3));
    assertThatThrownBy(() -> Checkpoint.load(folder.resolve(first)))
        .hasMessageContaining("says that there are 3 tensors");
  }

  /** {@code ggml/docs/gguf.md}: "Arrays can be nested". */
  @Test
  void nestedArraysAreSteppedOver() throws IOException {
    Path file = Path.of("nested.gguf");
    write(
        file,
        TinyModels.gguf("llama")
            .put("x.nested", List.of(List.of(1, 2), List.of(List.of("a"), List.of("b")))));
    try (Checkpoint model = Checkpoint.load(folder.resolve(file))) {
      assertThat(model.config().layers()).isPositive();
    }
  }

  @Test
  void aBigEndianFileIsCalledOne() throws IOException {
    byte[] bytes = TinyModels.gguf("llama").build();
    bytes[4] = 0;
    bytes[7] = 3;
    Files.write(folder.resolve("big.gguf"), bytes);
    assertThatThrownBy(() -> Checkpoint.load(folder.resolve("big.gguf")))
        .hasMessageContaining("big.gguf: is a big-endian GGUF file");
  }
}
