package org.align4j.models.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.SequenceScores;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.text.CharTokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recorded answers: what a small model said itself, then changed in one place. */
final class ReferenceCheckTest {

  private static final Path LLAMA = Path.of("src/test/resources/parity/llama");
  private static final String TEXT = "acb";

  @TempDir private Path answers;
  @TempDir private Path model;
  private int[] greedy = {};
  private float[] logProbs = {};
  private float[] entropy = {};
  private int[] ids = {};

  @BeforeEach
  void record() {
    try (Checkpoint source = Checkpoint.load(LLAMA);
        Policy policy =
            Policy.of(
                new Checkpoint(
                    source.config(),
                    source.parameters(),
                    Optional.of(new CharTokenizer("abcdefgh")),
                    Optional.empty()),
                Engine.PLAN)) {
      policy.save(model);
      ids = policy.tokenizer().encode(TEXT);
      SequenceScores scores =
          policy.score(PackedSequences.ofResponses(List.of(TokenSequence.ofText(ids)), 64, 1f));
      logProbs = scores.outputs()[0];
      entropy = scores.entropy()[0];
      var settings = GenerationSettings.of(6).withSampling(SamplingSettings.GREEDY);
      greedy = policy.generator(1).generate(List.of(ids), settings, 0).get(0).responseIds();
    }
  }

  @Test
  void theModelsOwnAnswersPass() throws IOException {
    assertThat(check(greedy)).isEmpty();
  }

  @Test
  void aContinuationRecordedUpToALowerLimitPasses() throws IOException {
    assertThat(check(Arrays.copyOf(greedy, greedy.length - 2))).isEmpty();
  }

  @Test
  void aContinuationThatEndedWhereTheModelGoesOnIsReported() throws IOException {
    List<Optional<String>> found = check(List.of(greedy, Arrays.copyOf(greedy, 3)));
    assertThat(found.get(0)).isEmpty();
    assertThat(found.get(1)).contains("greedy continuation differs from token 3 on");
  }

  @Test
  void aContinuationThatIsMissingIsReported() throws IOException {
    assertThat(check(new int[0])).contains("greedy continuation differs from token 0 on");
  }

  @Test
  void anotherContinuationIsReportedWithItsPlace() throws IOException {
    int[] other = greedy.clone();
    other[2]++;
    assertThat(check(other)).contains("greedy continuation differs from token 2 on");
  }

  @Test
  void anotherLogProbIsReported() throws IOException {
    logProbs[1] += 0.01f;
    assertThat(check(greedy).orElseThrow()).startsWith("log_probs");
  }

  private Optional<String> check(int[] continuation) throws IOException {
    return check(List.of(continuation)).get(0);
  }

  /** What is found in one line for each continuation. */
  private List<Optional<String>> check(List<int[]> continuations) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int[] continuation : continuations) {
      lines.add(
          new ObjectMapper()
              .writeValueAsString(
                  Map.of(
                      "text", TEXT,
                      "ids", ids,
                      "log_probs", logProbs,
                      "entropy", entropy,
                      "greedy", continuation)));
    }
    Files.write(answers.resolve("reference.jsonl"), lines);
    List<ParityResult> results = Parity.run(answers, Engine.PLAN, Optional.of(model));
    assertThat(results).hasSize(lines.size());
    return results.stream().map(ParityResult::failure).toList();
  }
}
