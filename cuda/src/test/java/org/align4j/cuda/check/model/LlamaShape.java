package org.align4j.cuda.check.model;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;

/** A decoder built like Llama, of a well-known shape. */
public enum LlamaShape implements NetworkDefinition {
  /** A dry run. */
  TINY("tiny", 1100, 32, 2, new Heads(4, 2, 8), 48, true, 0),
  TINY_LORA("tiny with LoRA", 1100, 32, 2, new Heads(4, 2, 8), 48, false, 4),
  SMOLLM2_135M("SmolLM2-135M", 49152, 576, 30, new Heads(9, 3, 64), 1536, true, 0),
  LLAMA_1B("Llama 3.2 1B", 128256, 2048, 16, new Heads(32, 8, 64), 8192, true, 0),
  LLAMA_8B("Llama 3.1 8B with LoRA", 128256, 4096, 32, new Heads(32, 8, 128), 14336, false, 16);

  private static final String ADAPTER = ".lora_";

  private final String label;
  private final int vocabulary;
  private final int hidden;
  private final int layers;

  @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
  private final Heads heads;

  private final int wide;
  private final boolean tied;
  private final int rank;

  LlamaShape(
      String label,
      int vocabulary,
      int hidden,
      int layers,
      Heads heads,
      int wide,
      boolean tied,
      int rank) {
    this.label = label;
    this.vocabulary = vocabulary;
    this.hidden = hidden;
    this.layers = layers;
    this.heads = heads;
    this.wide = wide;
    this.tied = tied;
    this.rank = rank;
  }

  /** What it is called. */
  public String label() {
    return label;
  }

  int vocabulary() {
    return vocabulary;
  }

  int layers() {
    return layers;
  }

  /** Floats that a token adds to the cache. */
  long cacheFloats() {
    return 2L * layers * heads.key() * heads.headDim();
  }

  /** Whether there is a low-rank pair beside each product, which alone is trained. */
  boolean hasAdapter() {
    return rank > 0;
  }

  /** The same for a dry run. */
  LlamaShape small() {
    return hasAdapter() ? TINY_LORA : TINY;
  }

  /** Whether this parameter is trained. */
  boolean trains(String parameter) {
    return !hasAdapter() || parameter.contains(ADAPTER);
  }

  @Override
  public int maxPositions() {
    return 2048;
  }

  @Override
  public ImmutableMap<String, long[]> parameterShapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    int q = heads.query() * heads.headDim();
    int kv = heads.key() * heads.headDim();
    shapes.put("embed", new long[] {vocabulary, hidden});
    for (int layer = 0; layer < layers; layer++) {
      String p = "layers." + layer + ".";
      shapes.put(p + "norm1", new long[] {hidden});
      linear(shapes, p + "q", q, hidden);
      linear(shapes, p + "k", kv, hidden);
      linear(shapes, p + "v", kv, hidden);
      linear(shapes, p + "o", hidden, q);
      shapes.put(p + "norm2", new long[] {hidden});
      linear(shapes, p + "gate", wide, hidden);
      linear(shapes, p + "up", wide, hidden);
      linear(shapes, p + "down", hidden, wide);
    }
    shapes.put("norm", new long[] {hidden});
    if (!tied) {
      shapes.put("head", new long[] {vocabulary, hidden});
    }
    return ImmutableMap.copyOf(shapes);
  }

  private void linear(Map<String, long[]> shapes, String name, int out, int in) {
    shapes.put(name, new long[] {out, in});
    if (hasAdapter()) {
      shapes.put(name + ADAPTER + "a", new long[] {rank, in});
      shapes.put(name + ADAPTER + "b", new long[] {out, rank});
    }
  }

  @Override
  public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
    float[] frequencies = new float[heads.headDim() / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) StrictMath.pow(500_000, -2.0 * i / heads.headDim());
    }
    RopeTable rope = new RopeTable(frequencies, maxPositions());
    T x = ops.embedding(ops.parameter("embed"), inputs.tokens());
    for (int layer = 0; layer < layers; layer++) {
      String p = "layers." + layer + ".";
      T normed = norm(ops, x, p + "norm1");
      T q = ops.rope(linear(ops, normed, p + "q"), rope, inputs.positions());
      T k = ops.rope(linear(ops, normed, p + "k"), rope, inputs.positions());
      T attended = ops.attention(q, k, linear(ops, normed, p + "v"), heads);
      x = ops.add(x, linear(ops, attended, p + "o"));
      T again = norm(ops, x, p + "norm2");
      T glu = ops.swiGlu(linear(ops, again, p + "gate"), linear(ops, again, p + "up"));
      x = ops.add(x, linear(ops, glu, p + "down"));
    }
    return new Head.Language<>(norm(ops, x, "norm"), ops.parameter(tied ? "embed" : "head"));
  }

  private static <T> T norm(Ops<T> ops, T x, String name) {
    return ops.rmsNorm(x, ops.parameter(name), 1e-5f);
  }

  /** As {@code LoraNetwork} of the models: the low-rank product, scaled, is added. */
  private <T> T linear(Ops<T> ops, T x, String name) {
    T y = product(ops, x, name);
    if (!hasAdapter()) {
      return y;
    }
    T low = ops.scale(product(ops, x, name + ADAPTER + "a"), 2);
    return ops.add(y, product(ops, low, name + ADAPTER + "b"));
  }

  private static <T> T product(Ops<T> ops, T x, String name) {
    return ops.linear(x, ops.parameter(name), null, WeightLayout.OUT_IN);
  }
}
