package org.align4j.models.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.align4j.core.engine.Engine;
import org.align4j.models.SharedFolder;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** SmolLM2-135M where it is present: text in full, and a few of the texts that were scored. */
final class RealModelTest {

  /** Scoring and greedy decoding of more would take most of the suite's time. */
  private static final int SCORED = 3;

  @TestFactory
  Stream<DynamicTest> aQuantisedModelAnswersLikeTransformers(@TempDir Path folder) {
    return SharedFolder.find("models/SmolLM2-135M-Instruct.Q4_1.gguf").stream()
        .flatMap(model ->
            SharedFolder.find("models/smollm2-135m-instruct").stream()
                .map(answers ->
                    DynamicTest.dynamicTest("SmolLM2-135M", () -> agrees(model, answers, folder))));
  }

  private static void agrees(Path model, Path answers, Path folder) throws IOException {
    for (String name : List.of("tokenizer.jsonl", "chat.jsonl")) {
      Files.copy(answers.resolve(name), folder.resolve(name));
    }
    List<String> scored = Files.readAllLines(answers.resolve("reference.jsonl"));
    Files.write(folder.resolve("reference.jsonl"), scored.subList(0, SCORED));

    List<ParityResult> results = Parity.run(folder, Engine.PLAN, Optional.of(model));

    assertThat(results)
        .hasSize(513 + 9 + SCORED)
        .allSatisfy(result -> assertThat(result.failure()).as(result.name()).isEmpty());
  }
}
