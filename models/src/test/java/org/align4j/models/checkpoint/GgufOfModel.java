package org.align4j.models.checkpoint;

import com.google.common.primitives.Floats;
import java.util.List;
import org.align4j.models.family.Gemma3;
import org.align4j.models.family.Mistral;
import org.align4j.models.family.Phi3;
import org.align4j.models.transformer.Families;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.GgufForm;
import org.align4j.models.transformer.GgufTensor;
import org.align4j.models.transformer.Rope;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes a checkpoint as llama.cpp's {@code convert_hf_to_gguf.py} does, in F32. */
final class GgufOfModel {

  private final TransformerConfig config;
  private final GgufForm form;
  private final GgufBuilder builder = new GgufBuilder();

  private GgufOfModel(TransformerConfig config) {
    this.config = config;
    Family family = config.family() instanceof Mistral ? Family.of("llama") : config.family();
    this.form = Families.load().of(family.modelType()).gguf().orElseThrow();
  }

  static byte[] of(Checkpoint checkpoint) {
    var writer = new GgufOfModel(checkpoint.config());
    writer.sizes();
    writer.windows();
    writer.rope();
    writer.tokens();
    for (String name : checkpoint.parameters().names()) {
      writer.tensor(name, checkpoint.parameters().get(name));
    }
    return writer.builder.build();
  }

  private void put(String key, Object value) {
    builder.put(form.architecture() + "." + key, value);
  }

  private void sizes() {
    builder.put("general.architecture", form.architecture());
    boolean gpt2 = form.architecture().equals("gpt2");
    put("block_count", config.layers());
    put(
        "context_length",
        config.rope().scaling() instanceof Rope.LongRope rope
            ? rope.extendedMaxPositions()
            : config.maxPositions());
    put("embedding_length", config.hiddenSize());
    put("feed_forward_length", config.intermediateSize());
    put("attention.head_count", config.heads());
    put("attention.head_count_kv", config.keyValueHeads());
    put("attention.key_length", config.headDim());
    put("attention.value_length", config.headDim());
    put(
        gpt2 ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon",
        (float) config.normEpsilon());
  }

  private void windows() {
    switch (config.family()) {
      case Mistral(var windows) when windows.size() > 0 ->
          put("attention.sliding_window", windows.size());
      case Phi3(var windows) -> put("attention.sliding_window", windows.size());
      case Gemma3 gemma -> {
        put("attention.sliding_window", gemma.windows().size());
        put("attention.sliding_window_pattern", 2);
        put("rope.freq_base_swa", (float) gemma.localRope().theta());
      }
      default -> {}
    }
  }

  private void rope() {
    Rope rope = config.rope();
    put("rope.freq_base", (float) rope.theta());
    put("rope.dimension_count", (int) (rope.part() * config.headDim()));
    switch (rope.scaling()) {
      case Rope.Linear(double factor) -> {
        put("rope.scaling.type", "linear");
        put("rope.scaling.factor", (float) factor);
      }
      case Rope.Yarn yarn -> {
        put("rope.scaling.type", "yarn");
        put("rope.scaling.factor", (float) yarn.factor());
        put("rope.scaling.original_context_length", yarn.originalMaxPositions());
        yarn.attentionFactor()
            .ifPresent(factor -> put("rope.scaling.yarn_attn_factor", (float) factor));
      }
      case Rope.LongRope longRope -> {
        put("rope.scaling.original_context_length", longRope.originalMaxPositions());
        put("rope.scaling.attn_factor", (float) longRope.attentionFactor());
        factors("rope_factors_short.weight", longRope.shortFactors());
        factors("rope_factors_long.weight", longRope.longFactors());
      }
      case Rope.Unscaled _, Rope.Llama3 _ -> {}
    }
  }

  private void factors(String name, List<Double> factors) {
    builder.tensor(name, Floats.toArray(factors), factors.size());
  }

  private void tokens() {
    builder
        .put("tokenizer.ggml.model", "gpt2")
        .put("tokenizer.ggml.pre", "gpt-2")
        .put("tokenizer.ggml.tokens", List.of("<s>", "</s>", "a", "b", "Ġ", "ab"))
        .put("tokenizer.ggml.merges", List.of("a b"))
        .put("tokenizer.ggml.token_type", List.of(3, 3, 1, 1, 1, 1))
        .put("tokenizer.ggml.bos_token_id", 0)
        .put("tokenizer.ggml.eos_token_id", 1);
  }

  private void tensor(String name, INDArray array) {
    GgufTensor place = form.tensor(config, name);
    INDArray stored =
        switch (place.order()) {
          case GgufTensor.AsIs() -> array;
          case GgufTensor.OneMore() -> array.add(1);
          case GgufTensor.Transposed() -> array.transpose();
          case GgufTensor.Interleaved(int heads) -> permuted(array, heads);
        };
    builder.tensor(place.name(), stored.dup('c').data().asFloat(), stored.shape().clone());
  }

  /**
   * {@code LlamaModel.permute}: {@code w.reshape(h, 2, d/2, ·).swapaxes(1, 2).reshape(w.shape)}.
   */
  private static INDArray permuted(INDArray weight, int heads) {
    long rows = weight.size(0);
    INDArray halves = weight.reshape(heads, 2, rows / heads / 2, weight.length() / rows);
    return halves.permute(0, 2, 1, 3).dup('c').reshape(weight.shape());
  }
}
