package org.align4j.models.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.generate.GenerationListener;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.generate.SampledResponse;
import org.align4j.models.text.CharTokenizer;
import org.align4j.models.transformer.Initialization;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

final class PolicyTest {

  private static final CharTokenizer TOKENIZER = new CharTokenizer("0123456789+= ");

  private static Policy policy(Engine engine) {
    TransformerConfig config =
        TransformerConfig.llama(TOKENIZER.vocabSize(), 32, 48, 2, 4, 2, 64, CharTokenizer.EOS);
    var parameters = Initialization.random(config, ModelHead.LANGUAGE, 1);
    // sharper than at the start of a training, so that tokens differ in probability
    parameters.get("model.embed_tokens.weight").muli(8);
    return Policy.of(
        new Checkpoint(config, parameters, Optional.of(TOKENIZER), Optional.empty()), engine);
  }

  private static ImmutableList<SampledResponse> rollouts(Policy policy, float temperature) {
    List<int[]> prompts =
        List.of(TOKENIZER.encode("1+2="), TOKENIZER.encode("12+30="), TOKENIZER.encode("7"));
    var settings = GenerationSettings.of(12).withSampling(new SamplingSettings(temperature, 0, 1));
    return policy.generator(5).generate(prompts, 3, settings, 4, 0, GenerationListener.NONE);
  }

  private static PackedSequences packed(List<SampledResponse> completions, float temperature) {
    List<TokenSequence> sequences = new ArrayList<>();
    completions.forEach(c -> sequences.add(new TokenSequence(c.promptIds(), c.responseIds())));
    return PackedSequences.ofResponses(sequences, 40, temperature);
  }

  /** The log-probs of sampling are the old log-probs of training: no second pass computes them. */
  @ParameterizedTest
  @MethodSource("org.align4j.core.engine.Engine#all")
  void sampledLogProbsAreTheScoredOnes(Engine engine) {
    try (Policy policy = policy(engine)) {
      for (float temperature : new float[] {1f, 0.6f}) {
        ImmutableList<SampledResponse> completions = rollouts(policy, temperature);
        float[][] scored = policy.score(packed(completions, temperature)).outputs();
        for (int b = 0; b < completions.size(); b++) {
          float[] sampled = completions.get(b).logProbs();
          for (int t = 0; t < sampled.length; t++) {
            if (engine == Engine.PLAN) {
              assertThat(scored[b][t]).isEqualTo(sampled[t]);
            } else {
              // other shapes, other orders of summation
              assertThat(scored[b][t]).isCloseTo(sampled[t], within(1e-4f));
            }
          }
        }
      }
    }
  }

  @Test
  void theReferenceStaysWhereItIsWhenThePolicyMoves() {
    try (Policy policy = policy(Engine.PLAN);
        Reference reference = Reference.of(policy)) {
      PackedSequences packed = packed(rollouts(policy, 1), 1);
      float[][] before = policy.score(packed).outputs();
      assertThat(reference.logProbs(packed)).isDeepEqualTo(before);

      INDArray weight = policy.parameters().get("model.layers.0.mlp.up_proj.weight");
      weight.muli(2);
      policy.network().parametersChanged();

      assertThat(reference.logProbs(packed)).isDeepEqualTo(before);
      assertThat(Arrays.deepEquals(policy.score(packed).outputs(), before)).isFalse();
    }
  }

  /** As stored: the bits of the policy; once it has moved, a copy of what it is then. */
  @ParameterizedTest
  @MethodSource("org.align4j.core.engine.Engine#all")
  void theReferenceOfALoadedPolicyReadsItsFile(Engine engine, @TempDir Path folder) {
    try (Policy policy = policy(engine)) {
      policy.save(folder.resolve("model"));
    }
    try (Policy policy = Policy.load(folder.resolve("model"), engine);
        Reference start = Reference.of(policy)) {
      PackedSequences packed = packed(rollouts(policy, 1), 1);
      float[][] before = policy.score(packed).outputs();
      assertThat(start.network().parameters().names()).isEmpty();
      assertThat(start.logProbs(packed)).isDeepEqualTo(before);

      policy.parameters().get("model.layers.0.mlp.up_proj.weight").muli(2);
      policy.network().parametersChanged();
      try (Reference moved = Reference.of(policy)) {
        assertThat(moved.logProbs(packed)).isDeepEqualTo(policy.score(packed).outputs());
        assertThat(start.logProbs(packed)).isDeepEqualTo(before);
      }
    }
  }

  /** Column t is the value of the state before token t: it knows nothing of token t. */
  @ParameterizedTest
  @MethodSource("org.align4j.core.engine.Engine#all")
  void aValueDependsOnTheTokensBeforeItsColumnOnly(Engine engine) {
    try (Policy policy = policy(engine);
        Critic critic = Critic.of(policy, 3)) {
      int[] prompt = TOKENIZER.encode("1+2=");
      var sequences =
          List.of(
              new TokenSequence(prompt, TOKENIZER.encode("345")),
              new TokenSequence(prompt, TOKENIZER.encode("395")),
              new TokenSequence(prompt, TOKENIZER.encode("8")));

      float[][] values = critic.values(PackedSequences.ofResponses(sequences, 100, 1));

      assertThat(values[1][0]).isEqualTo(values[0][0]);
      assertThat(values[2][0]).isEqualTo(values[0][0]);
      assertThat(values[1][1]).isCloseTo(values[0][1], within(1e-6f));
      assertThat(values[1][2]).isNotCloseTo(values[0][2], within(1e-6f));
      assertThat(values[2]).containsExactly(values[0][0], 0f, 0f);
    }
  }

  @Test
  void aSavedCriticGivesTheSameValues(@TempDir Path folder) {
    Path saved = folder.resolve("critic");
    try (Policy policy = policy(Engine.PLAN);
        Critic critic = Critic.of(policy, 3)) {
      critic.save(saved);
      PackedSequences packed = packed(rollouts(policy, 1), 1);
      try (Critic loaded = Critic.load(saved, Engine.PLAN)) {
        assertThat(loaded.values(packed)).isDeepEqualTo(critic.values(packed));
      }
    }
  }

  @Test
  void aSavedPolicyAnswersTheSame(@TempDir Path folder) {
    Path saved = folder.resolve("policy");
    try (Policy policy = policy(Engine.PLAN)) {
      policy.save(saved);
      ImmutableList<SampledResponse> completions = rollouts(policy, 1);
      PackedSequences packed = packed(completions, 1);
      try (Policy loaded = Policy.load(saved, Engine.PLAN)) {
        assertThat(loaded.config()).isEqualTo(policy.config());
        assertThat(loaded.score(packed).outputs()).isDeepEqualTo(policy.score(packed).outputs());
        assertThat(rollouts(loaded, 1))
            .extracting(SampledResponse::responseIds)
            .containsExactlyElementsOf(
                completions.stream().map(SampledResponse::responseIds).toList());
      }
    }
  }

  @Test
  void aPolicyWithoutTokenizerSaysSo() {
    TransformerConfig config = TransformerConfig.llama(16, 16, 16, 1, 2, 1, 16, 1);
    var parameters = Initialization.random(config, ModelHead.LANGUAGE, 1);
    try (Policy policy =
        Policy.of(
            new Checkpoint(config, parameters, Optional.empty(), Optional.empty()), Engine.PLAN)) {
      assertThatThrownBy(policy::tokenizer).hasMessageStartingWith("the model has no tokenizer");
    }
  }
}
