package org.align4j.models.transformer;

import com.google.common.collect.ImmutableMap;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * The pre-norm decoder of all supported families, written once: {@code x += attention(norm(x)); x
 * += feedForward(norm(x))} for every block, and a last norm. Parameters go by their checkpoint
 * names.
 */
public final class Transformer implements NetworkDefinition {

  private final TransformerConfig config;
  private final ModelHead head;
  private final ImmutableMap<String, long[]> shapes;
  private final Heads heads;
  private final float epsilon;
  // GPT-2 learns its positions
  private final @Nullable RopeTable rope;

  /** The network of a configuration, ending in a distribution or in one number a token. */
  public Transformer(TransformerConfig config, ModelHead head) {
    this(config, head, config.rope().inverseFrequencies(config.headDim()));
  }

  /**
   * The network with other inverse frequencies {@code [headDim/2]} than those of its rotary
   * settings: what a model has that was moved to a half type with its buffers.
   */
  public Transformer(TransformerConfig config, ModelHead head, float[] inverseFrequencies) {
    this.config = config;
    this.head = head;
    this.shapes = ParameterShapes.of(config, head);
    this.heads = new Heads(config.heads(), config.keyValueHeads(), config.headDim());
    this.epsilon = (float) config.normEpsilon();
    this.rope =
        config.architecture() == Architecture.GPT2
            ? null
            : new RopeTable(inverseFrequencies, config.maxPositions());
  }

  /** What the network looks like. */
  public TransformerConfig config() {
    return config;
  }

  /** What stands on the last hidden state. */
  public ModelHead head() {
    return head;
  }

  @Override
  public ImmutableMap<String, long[]> parameterShapes() {
    return shapes;
  }

  @Override
  public int maxPositions() {
    return config.maxPositions();
  }

  @Override
  public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
    return rope == null ? gpt2(ops, inputs) : llama(ops, inputs, rope);
  }

  private <T> Head<T> llama(Ops<T> ops, Inputs<T> inputs, RopeTable table) {
    T embedding = ops.parameter(ParameterShapes.EMBEDDING);
    T x = ops.embedding(embedding, inputs.tokens());
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = "model.layers." + layer + ".";
      T normed = rmsNorm(ops, x, block + "input_layernorm.weight");
      T q = linear(ops, normed, block + "self_attn.q_proj");
      T k = linear(ops, normed, block + "self_attn.k_proj");
      T v = linear(ops, normed, block + "self_attn.v_proj");
      if (config.qkNorm()) {
        q = rmsNorm(ops, q, block + "self_attn.q_norm.weight");
        k = rmsNorm(ops, k, block + "self_attn.k_norm.weight");
      }
      q = ops.rope(q, table, inputs.positions());
      k = ops.rope(k, table, inputs.positions());
      T attended = ops.attention(q, k, v, heads);
      x = ops.add(x, linear(ops, attended, block + "self_attn.o_proj"));
      normed = rmsNorm(ops, x, block + "post_attention_layernorm.weight");
      T gate = linear(ops, normed, block + "mlp.gate_proj");
      T up = linear(ops, normed, block + "mlp.up_proj");
      x = ops.add(x, linear(ops, ops.swiGlu(gate, up), block + "mlp.down_proj"));
    }
    return headOn(ops, rmsNorm(ops, x, "model.norm.weight"), embedding);
  }

  private <T> Head<T> gpt2(Ops<T> ops, Inputs<T> inputs) {
    int hidden = config.hiddenSize();
    Gelu form = config.activation() == Activation.GELU_ERF ? Gelu.ERF : Gelu.TANH;
    T embedding = ops.parameter(ParameterShapes.GPT2_EMBEDDING);
    T positions = ops.embedding(ops.parameter("transformer.wpe.weight"), inputs.positions());
    T x = ops.add(ops.embedding(embedding, inputs.tokens()), positions);
    for (int layer = 0; layer < config.layers(); layer++) {
      String block = "transformer.h." + layer + ".";
      T qkv = linear(ops, layerNorm(ops, x, block + "ln_1"), block + "attn.c_attn");
      T q = ops.columns(qkv, 0, hidden);
      T k = ops.columns(qkv, hidden, 2 * hidden);
      T v = ops.columns(qkv, 2 * hidden, 3 * hidden);
      x = ops.add(x, linear(ops, ops.attention(q, k, v, heads), block + "attn.c_proj"));
      T wide = linear(ops, layerNorm(ops, x, block + "ln_2"), block + "mlp.c_fc");
      x = ops.add(x, linear(ops, ops.gelu(wide, form), block + "mlp.c_proj"));
    }
    return headOn(ops, layerNorm(ops, x, "transformer.ln_f"), embedding);
  }

  private <T> Head<T> headOn(Ops<T> ops, T hidden, T embedding) {
    if (head == ModelHead.SCALAR) {
      return new Head.Scalar<>(hidden, ops.parameter(ParameterShapes.SCALAR_HEAD), null);
    }
    return new Head.Language<>(
        hidden,
        config.tieWordEmbeddings() ? embedding : ops.parameter(ParameterShapes.LANGUAGE_HEAD));
  }

  private <T> T rmsNorm(Ops<T> ops, T x, String weight) {
    return ops.rmsNorm(x, ops.parameter(weight), epsilon);
  }

  private <T> T layerNorm(Ops<T> ops, T x, String name) {
    return ops.layerNorm(
        x, ops.parameter(name + ".weight"), ops.parameter(name + ".bias"), epsilon);
  }

  /** A projection with its bias where the checkpoint has one. */
  private <T> T linear(Ops<T> ops, T x, String name) {
    WeightLayout layout =
        config.architecture() == Architecture.GPT2 ? WeightLayout.IN_OUT : WeightLayout.OUT_IN;
    String bias = name + ".bias";
    return ops.linear(
        x,
        ops.parameter(name + ".weight"),
        shapes.containsKey(bias) ? ops.parameter(bias) : null,
        layout);
  }
}
