package org.align4j.models.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.align4j.core.engine.Engine;
import org.align4j.models.SharedFolder;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The models against transformers 5.23, float32: small random checkpoints of every family made by
 * it lie in the test resources, with what it computed on them.
 */
final class ParityTest {

  private static final Path OWN = Path.of("src/test/resources/parity");

  @TestFactory
  Stream<DynamicTest> everyFamilyAgreesWithTransformersOnBothEngines() throws IOException {
    List<Path> cases = new ArrayList<>();
    try (Stream<Path> own = Files.list(OWN)) {
      own.sorted().forEach(cases::add);
    }
    SharedFolder.find("parity").ifPresent(cases::add);
    return cases.stream()
        .flatMap(folder ->
            Engine.all().stream()
                .map(engine ->
                    DynamicTest.dynamicTest(
                        engine + " " + folder.getFileName(), () -> allPass(folder, engine))));
  }

  private static void allPass(Path folder, Engine engine) {
    List<ParityResult> results = Parity.run(folder, engine, Optional.empty());
    assertThat(results)
        .isNotEmpty()
        .allSatisfy(result -> {
          assertThat(result.failure()).as("%s", result).isEmpty();
          assertThat(result.deviations())
              .containsOnlyKeys(
                  "logits", "log_probs", "entropy", "loss", "gradients", "grad_norm", "after");
        });
  }

  /** A comparison that cannot fail proves nothing. */
  @Test
  void aModelThatDiffersFails(@TempDir Path folder) throws IOException {
    Path source = OWN.resolve("llama");
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName().toString()));
      }
    }
    Path config = folder.resolve("config.json");
    String text = Files.readString(config, StandardCharsets.UTF_8);
    Files.writeString(config, text.replace("\"factor\": 8.0", "\"factor\": 4.0"));

    List<ParityResult> results = Parity.run(folder, Engine.SAMEDIFF, Optional.empty());

    assertThat(results).hasSize(1);
    assertThat(results.get(0).passed()).isFalse();
    assertThat(results.get(0).failure().orElseThrow()).startsWith("logits of sequence 0, token");
  }

  @Test
  void aFolderWithNothingToCompareIsRefused(@TempDir Path folder) {
    assertThatThrownBy(() -> Parity.run(folder, Engine.SAMEDIFF, Optional.empty()))
        .hasMessageContaining("nothing to compare with; a folder with case.json");
  }

  @Test
  void answersOfAModelNeedAModel(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("tokenizer.jsonl"), "{}");
    assertThatThrownBy(() -> Parity.run(folder, Engine.SAMEDIFF, Optional.empty()))
        .hasMessageContaining("holds answers of a model and no model is given");
  }
}
