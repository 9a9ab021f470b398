package org.align4j.core.plan;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.tensor.Parameters;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Decoders of a few layers in the shapes that models have. */
public enum SmallNetwork implements NetworkDefinition {
  /** Grouped queries, tied head. */
  LLAMA(64, 32, 4, 2, 8, 48, true, false, false, false),
  /** Odd sizes, biases, an untied head of more than one slice of the vocabulary. */
  BIASED(1501, 21, 3, 1, 6, 35, false, true, false, false),
  /** Longer sums than a kernel takes at once, three slices of the vocabulary. */
  WIDE(2100, 48, 6, 2, 8, 700, true, false, false, false),
  /** Norms of each head. */
  HEAD_NORMS(33, 24, 4, 4, 10, 40, true, false, true, false),
  /** Layer norm, GELU, IN_OUT weights, fused projection, learned positions. */
  GPT2(50, 24, 3, 3, 8, 96, true, true, false, false),
  /**
   * A window in every other layer, scaled embeddings, norms of each head, norms by weights less
   * one, a gated GELU.
   */
  GEMMA(40, 24, 4, 2, 8, 36, true, false, true, false),
  /** A value in place of a distribution. */
  CRITIC(64, 32, 4, 2, 8, 48, false, false, false, true),
  /** Six of ten columns of each head are turned. */
  PARTLY_TURNED(33, 24, 4, 2, 10, 40, true, false, false, false);

  static final int POSITIONS = 96;

  /** Many windows. */
  static final int WINDOWED_POSITIONS = 400;

  private static final int LAYERS = 2;

  private final int vocabulary;
  private final int hidden;

  @SuppressWarnings("ImmutableEnumChecker") // a record of three numbers
  private final Heads heads;

  private final int wide;
  private final boolean tied;
  private final boolean biased;
  private final boolean headNorms;
  private final boolean scalar;

  SmallNetwork(
      int vocabulary,
      int hidden,
      int query,
      int key,
      int headDim,
      int wide,
      boolean tied,
      boolean biased,
      boolean headNorms,
      boolean scalar) {
    this.vocabulary = vocabulary;
    this.hidden = hidden;
    this.heads = new Heads(query, key, headDim);
    this.wide = wide;
    this.tied = tied;
    this.biased = biased;
    this.headNorms = headNorms;
    this.scalar = scalar;
  }

  public int vocabulary() {
    return vocabulary;
  }

  public boolean scalar() {
    return scalar;
  }

  @Override
  public int maxPositions() {
    return this == GEMMA ? WINDOWED_POSITIONS : POSITIONS;
  }

  @Override
  public ImmutableMap<String, long[]> parameterShapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    long q = (long) heads.query() * heads.headDim();
    long kv = (long) heads.key() * heads.headDim();
    shapes.put("embed", new long[] {vocabulary, hidden});
    if (this == GPT2) {
      shapes.put("wpe", new long[] {POSITIONS, hidden});
    }
    for (int l = 0; l < LAYERS; l++) {
      String p = "layers." + l + ".";
      shapes.put(p + "norm1", new long[] {hidden});
      if (this == GPT2) {
        shapes.put(p + "norm1.bias", new long[] {hidden});
        matrix(shapes, p + "qkv", hidden, 3 * q, true);
      } else {
        matrix(shapes, p + "q", q, hidden, biased);
        matrix(shapes, p + "k", kv, hidden, biased);
        matrix(shapes, p + "v", kv, hidden, biased);
      }
      if (headNorms) {
        shapes.put(p + "q_norm", new long[] {heads.headDim()});
        shapes.put(p + "k_norm", new long[] {heads.headDim()});
      }
      boolean inOut = this == GPT2;
      matrix(shapes, p + "o", inOut ? q : hidden, inOut ? hidden : q, inOut);
      shapes.put(p + "norm2", new long[] {hidden});
      if (inOut) {
        shapes.put(p + "norm2.bias", new long[] {hidden});
        matrix(shapes, p + "up", hidden, wide, true);
        matrix(shapes, p + "down", wide, hidden, true);
      } else {
        matrix(shapes, p + "gate", wide, hidden, false);
        matrix(shapes, p + "up", wide, hidden, false);
        matrix(shapes, p + "down", hidden, wide, false);
      }
    }
    shapes.put("norm", new long[] {hidden});
    if (this == GPT2) {
      shapes.put("norm.bias", new long[] {hidden});
    }
    if (scalar) {
      matrix(shapes, "value", 1, hidden, true);
    } else if (!tied) {
      shapes.put("head", new long[] {vocabulary, hidden});
    }
    return ImmutableMap.copyOf(shapes);
  }

  private void matrix(
      Map<String, long[]> shapes, String name, long rows, long columns, boolean withBias) {
    shapes.put(name, new long[] {rows, columns});
    if (withBias) {
      shapes.put(name + ".bias", new long[] {this == GPT2 ? columns : rows});
    }
  }

  @Override
  public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
    T x = ops.embedding(ops.parameter("embed"), inputs.tokens());
    if (this == GPT2) {
      x = ops.add(x, ops.embedding(ops.parameter("wpe"), inputs.positions()));
    }
    if (this == GEMMA) {
      x = ops.scale(x, (float) Math.sqrt(hidden));
    }
    RopeTable table = rope();
    for (int l = 0; l < LAYERS; l++) {
      String p = "layers." + l + ".";
      Heads seen = new Heads(heads.query(), heads.key(), heads.headDim(), window(l));
      x = this == GPT2 ? gptLayer(ops, x, p) : llamaLayer(ops, inputs, x, table, seen, p);
    }
    x = norm(ops, x, "norm");
    if (scalar) {
      return new Head.Scalar<>(x, ops.parameter("value"), ops.parameter("value.bias"));
    }
    return new Head.Language<>(x, ops.parameter(tied ? "embed" : "head"));
  }

  private <T> T llamaLayer(
      Ops<T> ops, Inputs<T> inputs, T x, RopeTable table, Heads seen, String p) {
    T normed = norm(ops, x, p + "norm1");
    T q = linear(ops, normed, p + "q", biased);
    T k = linear(ops, normed, p + "k", biased);
    T v = linear(ops, normed, p + "v", biased);
    if (headNorms) {
      q = ops.rmsNorm(q, ops.parameter(p + "q_norm"), 1e-6f, offset());
      k = ops.rmsNorm(k, ops.parameter(p + "k_norm"), 1e-6f, offset());
    }
    q = ops.rope(q, table, inputs.positions());
    k = ops.rope(k, table, inputs.positions());
    x = ops.add(x, linear(ops, ops.attention(q, k, v, seen), p + "o", false));
    T again = norm(ops, x, p + "norm2");
    T gate = linear(ops, again, p + "gate", false);
    T up = linear(ops, again, p + "up", false);
    T glu = this == GEMMA ? ops.geGlu(gate, up) : ops.swiGlu(gate, up);
    return ops.add(x, linear(ops, glu, p + "down", false));
  }

  private <T> T gptLayer(Ops<T> ops, T x, String p) {
    int q = heads.query() * heads.headDim();
    T qkv = inOut(ops, norm(ops, x, p + "norm1"), p + "qkv");
    T mixed =
        ops.attention(
            ops.columns(qkv, 0, q),
            ops.columns(qkv, q, 2 * q),
            ops.columns(qkv, 2 * q, 3 * q),
            heads);
    x = ops.add(x, inOut(ops, mixed, p + "o"));
    T wider = ops.gelu(inOut(ops, norm(ops, x, p + "norm2"), p + "up"), Gelu.TANH);
    return ops.add(x, inOut(ops, wider, p + "down"));
  }

  private <T> T norm(Ops<T> ops, T x, String name) {
    return this == GPT2
        ? ops.layerNorm(x, ops.parameter(name), ops.parameter(name + ".bias"), 1e-5f)
        : ops.rmsNorm(x, ops.parameter(name), 1e-5f, offset());
  }

  private int window(int layer) {
    return this == GEMMA && layer == 0 ? 20 : 0;
  }

  private float offset() {
    return this == GEMMA ? 1 : 0;
  }

  private static <T> T linear(Ops<T> ops, T x, String name, boolean withBias) {
    return ops.linear(
        x,
        ops.parameter(name),
        withBias ? ops.parameter(name + ".bias") : null,
        WeightLayout.OUT_IN);
  }

  private static <T> T inOut(Ops<T> ops, T x, String name) {
    return ops.linear(x, ops.parameter(name), ops.parameter(name + ".bias"), WeightLayout.IN_OUT);
  }

  private RopeTable rope() {
    int turned = this == PARTLY_TURNED ? 6 : heads.headDim();
    float[] frequencies = new float[turned / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) StrictMath.pow(10_000, -2.0 * i / turned);
    }
    return new RopeTable(frequencies, heads.headDim(), maxPositions(), 1);
  }

  /** Normal weights of deviation 0.15, norms around 1. */
  public Parameters randomParameters(long seed) {
    return randomParameters(seed, DataType.FLOAT);
  }

  public Parameters randomParameters(long seed, DataType type) {
    java.util.Random random = new java.util.Random(seed);
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    parameterShapes()
        .forEach((name, shape) -> {
          INDArray array = Nd4j.create(type, shape);
          boolean norm = name.contains("norm") && !name.endsWith("bias");
          for (long i = 0; i < array.length(); i++) {
            array.data().put(i, (norm ? 1 - offset() : 0) + 0.15 * (float) random.nextGaussian());
          }
          arrays.put(name, array);
        });
    return Parameters.of(arrays);
  }
}
