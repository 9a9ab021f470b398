package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.align4j.core.file.BadFileException;
import org.align4j.models.text.CharTokenizer;
import org.align4j.models.text.TokenizerFiles;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.Rope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded mutations of good files end in a good load or in {@link BadFileException}, never in
 * another exception. {@code -Dalign4j.fuzz=100000} asks for more than the build's few.
 */
final class DamagedFilesTest {

  private static final int RUNS = Integer.getInteger("align4j.fuzz", 500);

  @TempDir Path temporary;

  @Test
  void ggufFiles() throws IOException {
    Path file = temporary.resolve("model.gguf");
    byte[] good = TinyModels.gguf("llama").build();
    // The tensors' data cannot be wrong: what stands before them is what is tried.
    check(file, good, good.length - 2400, () -> Checkpoint.load(file).close());
  }

  @Test
  void safetensorsFiles() throws IOException {
    Path folder = folder();
    Path file = folder.resolve("model.safetensors");
    byte[] good = Files.readAllBytes(file);
    check(file, good, good[8] == '{' ? 2600 : good.length, () -> Checkpoint.load(folder).close());
  }

  @Test
  void configurations() throws IOException {
    Path folder = folder();
    for (String name : List.of("config.json", "generation_config.json")) {
      Path file = folder.resolve(name);
      byte[] good = Files.readAllBytes(file);
      check(file, good, good.length, () -> Checkpoint.load(folder).close());
      Files.write(file, good);
    }
  }

  @Test
  void tokenizers() throws IOException {
    Path folder = folder();
    Path file = folder.resolve("tokenizer.json");
    byte[] good = Files.readAllBytes(file);
    check(file, good, good.length, () -> TokenizerFiles.read(folder));
    Path config = folder.resolve("tokenizer_config.json");
    byte[] goodConfig = Files.readAllBytes(config);
    check(config, goodConfig, goodConfig.length, () -> ChatTemplate.read(folder));
  }

  /** The native library reads what Java has parsed; its own complaints are passed on. */
  @Test
  void tokenizersOfTheNativeLibrary() throws IOException {
    Path folder = temporary.resolve("bpe");
    Path model = Files.write(temporary.resolve("bpe.gguf"), TinyModels.gguf("llama").build());
    try (Checkpoint checkpoint = Checkpoint.load(model)) {
      checkpoint.tokenizer().orElseThrow().save(folder);
    }
    Path file = folder.resolve("tokenizer.json");
    byte[] good = Files.readAllBytes(file);
    check(
        file,
        good,
        good.length,
        () -> TokenizerFiles.read(folder).orElseThrow().encode("ab ab</s>"));
  }

  private Path folder() {
    Path folder = temporary.resolve("m");
    var config = TinyModels.config("llama", false, new Rope(1e4, new Rope.Linear(2)));
    try (var parameters = TinyModels.random(config, ModelHead.LANGUAGE, 3)) {
      HuggingFaceFolder.save(
          folder,
          new Checkpoint(
              config, parameters, Optional.of(new CharTokenizer("abc")), Optional.empty()));
    }
    return folder;
  }

  private interface Read {
    void run();
  }

  private static void check(Path file, byte[] good, int interesting, Read read) throws IOException {
    int refused = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      Files.write(file, mutated(good, interesting, new Random(seed)));
      try {
        read.run();
      } catch (BadFileException e) {
        assertThat(e.getMessage()).as("seed %s", seed).doesNotContain("\n").hasSizeLessThan(1000);
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + " of " + file.getFileName(), e);
      }
    }
    // Most damage is found; some (a digit of a number in the metadata) makes another good file.
    assertThat(refused).isGreaterThan(RUNS / 4);
  }

  private static byte[] mutated(byte[] good, int interesting, Random random) {
    byte[] bytes = good.clone();
    int at = random.nextInt(Math.max(1, interesting));
    switch (random.nextInt(6)) {
      case 0 -> {
        byte[] cut = new byte[random.nextInt(good.length)];
        System.arraycopy(bytes, 0, cut, 0, cut.length);
        return cut;
      }
      case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> bytes[at] = (byte) random.nextInt(256);
      case 3 -> {
        for (int i = at; i < Math.min(bytes.length, at + 8); i++) {
          bytes[i] = (byte) (random.nextBoolean() ? 0xFF : 0x7F);
        }
      }
      case 4 -> {
        for (int i = 0; i < 20; i++) {
          bytes[random.nextInt(Math.max(1, interesting))] = (byte) random.nextInt(256);
        }
      }
      default -> {
        int from = random.nextInt(Math.max(1, interesting));
        int length = Math.min(random.nextInt(32), bytes.length - Math.max(at, from));
        System.arraycopy(good, from, bytes, at, length);
      }
    }
    return bytes;
  }
}
