package org.align4j.models.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.core.runtime.Resources;
import org.align4j.models.checkpoint.Checkpoint;
import org.align4j.models.policy.Critic;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.align4j.models.policy.TrainedParts;
import org.align4j.models.transformer.Transformer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterTest {

  private static final PeftCase LLAMA = PeftCase.of("llama-attention");
  private static final PeftCase QWEN = PeftCase.of("qwen2-all-rslora");
  private static final PeftCase GPT2 = PeftCase.of("gpt2-all");

  private static ImmutableList<String> modules(PeftCase model, String text) {
    try (Adapter adapter = Adapter.create(model.network(), LoraSettings.parse(text), 1)) {
      return adapter.modules().stream()
          .map(LinearModule::name)
          .filter(name -> name.contains(".0."))
          .collect(ImmutableList.toImmutableList());
    }
  }

  @Test
  void targetsAreAttentionAllOrNamesAsPeftMatchesThem() {
    String layer = "model.layers.0.";
    assertThat(modules(LLAMA, "rank=2,targets=attention"))
        .containsExactly(
            layer + "self_attn.q_proj",
            layer + "self_attn.k_proj",
            layer + "self_attn.v_proj",
            layer + "self_attn.o_proj");
    assertThat(modules(LLAMA, "rank=2,targets=v_proj,down_proj"))
        .containsExactly(layer + "self_attn.v_proj", layer + "mlp.down_proj");
    assertThat(modules(LLAMA, "rank=2")).hasSize(7);
    assertThat(modules(GPT2, "rank=2,targets=attn.c_proj"))
        .containsExactly("transformer.h.0.attn.c_proj");
    assertThat(modules(GPT2, "rank=2,targets=c_proj")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rank=0|rank is 0",
        "rank=x|rank is x: it must be a whole number",
        "alpha=-1|alpha is -1.0",
        "ranks=3|ranks",
        "q_proj|q_proj is no key=value",
        "rslora=yes|rslora is yes"
      })
  void badSettingsAreNamed(String text, String message) {
    assertThatThrownBy(() -> LoraSettings.parse(text)).hasMessageContaining(message);
  }

  @Test
  void aTargetThatIsNoModuleNamesTheNearestOne() {
    assertThatThrownBy(() -> modules(LLAMA, "rank=2,targets=q_prj"))
        .hasMessageContaining("q_prj")
        .hasMessageContaining("q_proj");
  }

  @Test
  void aRankAboveTheMatrixIsRefused() {
    assertThatThrownBy(() -> modules(LLAMA, "rank=25"))
        .hasMessageContaining("rank is 25: model.layers.0.self_attn.q_proj is [24,24]");
  }

  @Test
  void theScaleIsAlphaOverTheRankOrItsRoot() {
    assertThat(LoraSettings.parse("rank=4,alpha=8").scale()).isEqualTo(2f);
    assertThat(LoraSettings.parse("rank=4").scale()).isEqualTo(2f);
    assertThat(LoraSettings.parse("rank=4,alpha=8,rslora=true").scale()).isEqualTo(4f);
  }

  @Test
  void aNewAdapterChangesNothingAndItsReferenceIsTheBase() {
    TokenBatch batch = LLAMA.batch();
    Checkpoint checkpoint = Checkpoint.load(LLAMA.base());
    Transformer network = LLAMA.network();
    Adapter adapter = Adapter.create(network, LoraSettings.parse("rank=4"), 7);
    try (Policy plain = Policy.load(LLAMA.base(), Engine.PLAN);
        Policy policy =
            Policy.adapted(checkpoint, adapter, "base", Engine.PLAN, Resources.shared());
        Reference reference = Reference.of(policy)) {
      float[] expected = plain.network().score(batch).outputs();
      assertThat(policy.network().score(batch).outputs()).isEqualTo(expected);
      assertThat(reference.network().score(batch).outputs()).isEqualTo(expected);
      assertThat(reference.network().parameters().names()).isEmpty();
    }
  }

  @Test
  void theReferenceOfATrainedAdapterIsThePolicyAsItWas() {
    TokenBatch batch = QWEN.batch();
    try (Policy policy = QWEN.policy(Engine.PLAN);
        Reference reference = Reference.of(policy)) {
      float[] before = policy.network().score(batch).outputs();
      policy.parameters().get(policy.parameters().names().getLast()).addi(0.1);
      policy.network().parametersChanged();
      assertThat(reference.network().score(batch).outputs()).isEqualTo(before);
      assertThat(policy.network().score(batch).outputs()).isNotEqualTo(before);
    }
  }

  @Test
  void aCriticSharesTheBaseAndTrainsItsOwnAdapterAndHead() {
    TokenBatch batch = QWEN.batch();
    try (Policy policy = QWEN.policy(Engine.PLAN);
        Critic critic = Critic.of(policy, 3)) {
      Network network = critic.network();
      assertThat(network.parameters().names()).contains("score.weight");
      assertThat(network.parameters().names().size())
          .isEqualTo(policy.parameters().names().size() + 1);
      network.forward(batch);
      float[] ones = new float[batch.rows().length];
      java.util.Arrays.fill(ones, 1f);
      network.backward(ones, null);
      assertThat(network.gradients().get("score.weight").norm2Number().doubleValue()).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layers=1|layers.1.",
        "norms|norm",
        "embeddings|embed_tokens",
        "q_proj|q_proj",
        "head|lm_head"
      })
  void partsOfAModelAreTrainedAndTheWholeIsSaved(String parts, String inEveryName) {
    Checkpoint checkpoint = Checkpoint.load(QWEN.base());
    int all = checkpoint.parameters().names().size();
    try (Policy policy =
        Policy.partly(checkpoint, TrainedParts.parse(parts), Engine.PLAN, Resources.shared())) {
      assertThat(policy.parameters().names())
          .isNotEmpty()
          .hasSizeLessThan(all)
          .allMatch(name -> name.contains(inEveryName));
    }
  }

  @Test
  void aPartThatIsNoneIsRefusedWithWhatThereIs() {
    Checkpoint checkpoint = Checkpoint.load(QWEN.base());
    assertThatThrownBy(() ->
            Policy.partly(
                checkpoint, TrainedParts.parse("layers=1-2"), Engine.PLAN, Resources.shared()))
        .hasMessageContaining("the model has layers 0 to 1");
    assertThatThrownBy(() ->
            Policy.partly(checkpoint, TrainedParts.parse("q_prj"), Engine.PLAN, Resources.shared()))
        .hasMessageContaining("train names q_prj");
    checkpoint.close();
  }
}
