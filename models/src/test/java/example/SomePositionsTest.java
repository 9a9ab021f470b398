package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.align4j.core.engine.Engine;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.checkpoint.HuggingFaceFolder;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.text.CharTokenizer;
import org.align4j.models.transformer.Families;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A family registered by a line in a folder of the user, as {@code --classpath} finds one: it is
 * opened by the name in {@code config.json}.
 */
final class SomePositionsTest {

  private static final CharTokenizer TOKENIZER = new CharTokenizer("abcdefgh");
  private static final TransformerConfig LLAMA =
      TransformerConfig.llama(TOKENIZER.vocabSize(), 16, 24, 2, 2, 1, 32, CharTokenizer.EOS);
  private static final int[] IDS = TOKENIZER.encode("abcabdaa");

  @TempDir private Path services;
  @TempDir private Path models;
  private final Thread thread = Thread.currentThread();
  private final ClassLoader before = thread.getContextClassLoader();

  @BeforeEach
  void theFolderIsOnTheClassPath() throws IOException {
    register(SomePositions.class.getName());
  }

  @AfterEach
  void theFolderIsGone() {
    thread.setContextClassLoader(before);
  }

  private void register(String line) throws IOException {
    Path file = services.resolve("META-INF/services/" + Family.class.getName());
    Files.createDirectories(file.getParent());
    Files.writeString(file, line + "\n");
    thread.setContextClassLoader(new URLClassLoader(new URL[] {services.toUri().toURL()}, before));
  }

  /** A saved Llama whose {@code config.json} is made one of the own family. */
  private Path saved(int interval) throws IOException {
    Path folder = models.resolve("every-" + interval);
    try (Parameters parameters = Initialization.random(LLAMA, ModelHead.LANGUAGE, 3)) {
      HuggingFaceFolder.save(
          folder, new Checkpoint(LLAMA, parameters, Optional.of(TOKENIZER), Optional.empty()));
    }
    Path config = folder.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("\"llama\"", "\"some_positions\", \"no_rope_layer_interval\": " + interval));
    return folder;
  }

  private static float[] scores(Path folder, Engine engine) {
    try (Policy policy = Policy.load(folder, engine)) {
      return policy.score(PackedSequences.ofResponses(List.of(TokenSequence.ofText(IDS)), 64, 1f))
          .outputs()[0];
    }
  }

  private static float[] llama(Engine engine) {
    try (Policy policy =
        Policy.of(
            new Checkpoint(
                LLAMA,
                Initialization.random(LLAMA, ModelHead.LANGUAGE, 3),
                Optional.of(TOKENIZER),
                Optional.empty()),
            engine)) {
      return policy.score(PackedSequences.ofResponses(List.of(TokenSequence.ofText(IDS)), 64, 1f))
          .outputs()[0];
    }
  }

  @Test
  void itIsOpenedByTheNameInTheConfigurationWithItsOwnSetting() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.load(saved(2))) {
      assertThat(checkpoint.config().family()).isEqualTo(new SomePositions(2));
    }
  }

  @Test
  void whatItWritesItReads() throws IOException {
    Path copy = models.resolve("copy");
    try (Checkpoint checkpoint = Checkpoint.load(saved(3))) {
      HuggingFaceFolder.save(copy, checkpoint);
      try (Checkpoint again = Checkpoint.load(copy)) {
        assertThat(again.config()).isEqualTo(checkpoint.config());
      }
    }
  }

  /** No layer is the ninth: all rotate, as Llama's do, in the same operations. */
  @Test
  void itsGraphIsRunByBothEngines() throws IOException {
    int number = 0;
    for (Engine engine : Engine.all()) {
      float[] llama = llama(engine);
      assertThat(scores(saved(number + 9), engine)).containsExactly(llama);
      assertThat(scores(saved(number + 1), engine)).isNotEqualTo(llama);
      number++;
    }
  }

  @Test
  void itsOwnCheckNamesTheFile() throws IOException {
    Path folder = saved(0);
    assertThatThrownBy(() -> Checkpoint.load(folder))
        .hasMessage("config.json: no_rope_layer_interval is 0: it must be above 0");
  }

  @Test
  void theNameOfAnUnknownFamilyIsAnsweredWithTheNearest() {
    assertThatThrownBy(() -> Family.of("some-position"))
        .hasMessageStartingWith("unknown model family some-position; did you mean some_positions?");
  }

  @Test
  void itIsUnknownWithoutTheLine() {
    thread.setContextClassLoader(before);
    assertThat(Families.load().byType()).doesNotContainKey("some_positions");
  }

  @Test
  void aLineThatNamesNoClassIsSaidSo() throws IOException {
    register("example.Gone");
    assertThatThrownBy(Families::load)
        .hasMessageContaining("model family")
        .hasMessageContaining("example.Gone");
  }
}
