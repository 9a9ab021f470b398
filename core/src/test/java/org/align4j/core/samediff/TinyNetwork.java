package org.align4j.core.samediff;

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

/**
 * Two layers with everything that has once been wrong: grouped queries, head norms, a tied head.
 */
final class TinyNetwork implements NetworkDefinition {

  static final int VOCABULARY = 11;
  private static final int D = 6;
  private static final Heads HEADS = new Heads(4, 2, 2);
  private static final int FFN = 5;
  private static final RopeTable ROPE = new RopeTable(new float[] {0.7f}, 64);

  private final boolean scalar;

  TinyNetwork(boolean scalar) {
    this.scalar = scalar;
  }

  @Override
  public ImmutableMap<String, long[]> parameterShapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("embed.weight", new long[] {VOCABULARY, D});
    for (int layer = 0; layer < 2; layer++) {
      String p = "layers." + layer + ".";
      shapes.put(p + "norm1.weight", new long[] {D});
      shapes.put(p + "q.weight", new long[] {8, D});
      shapes.put(p + "q.bias", new long[] {8});
      shapes.put(p + "q_norm.weight", new long[] {2});
      shapes.put(p + "kv.weight", new long[] {D, 8});
      shapes.put(p + "o.weight", new long[] {D, 8});
      shapes.put(p + "norm2.weight", new long[] {D});
      shapes.put(p + "gate.weight", new long[] {FFN, D});
      shapes.put(p + "up.weight", new long[] {FFN, D});
      shapes.put(p + "down.weight", new long[] {D, FFN});
    }
    shapes.put("norm.weight", new long[] {D});
    if (scalar) {
      shapes.put("score.weight", new long[] {1, D});
      shapes.put("score.bias", new long[] {1});
    }
    return ImmutableMap.copyOf(shapes);
  }

  @Override
  public int maxPositions() {
    return 48;
  }

  @Override
  public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
    T x = ops.embedding(ops.parameter("embed.weight"), inputs.tokens());
    for (int layer = 0; layer < 2; layer++) {
      String p = "layers." + layer + ".";
      T normed = ops.rmsNorm(x, ops.parameter(p + "norm1.weight"), 1e-5f);
      T q =
          ops.linear(
              normed,
              ops.parameter(p + "q.weight"),
              ops.parameter(p + "q.bias"),
              WeightLayout.OUT_IN);
      T kv = ops.linear(normed, ops.parameter(p + "kv.weight"), null, WeightLayout.IN_OUT);
      q =
          ops.rope(
              ops.rmsNorm(q, ops.parameter(p + "q_norm.weight"), 1e-5f), ROPE, inputs.positions());
      T k = ops.rope(ops.columns(kv, 0, 4), ROPE, inputs.positions());
      T mixed = ops.attention(q, k, ops.columns(kv, 4, 8), HEADS);
      x = ops.add(x, ops.linear(mixed, ops.parameter(p + "o.weight"), null, WeightLayout.OUT_IN));
      T again = ops.rmsNorm(x, ops.parameter(p + "norm2.weight"), 1e-5f);
      T gated =
          ops.swiGlu(
              ops.linear(again, ops.parameter(p + "gate.weight"), null, WeightLayout.OUT_IN),
              ops.linear(again, ops.parameter(p + "up.weight"), null, WeightLayout.OUT_IN));
      x =
          ops.add(
              x, ops.linear(gated, ops.parameter(p + "down.weight"), null, WeightLayout.OUT_IN));
    }
    T hidden = ops.rmsNorm(x, ops.parameter("norm.weight"), 1e-5f);
    return scalar
        ? new Head.Scalar<>(hidden, ops.parameter("score.weight"), ops.parameter("score.bias"))
        : new Head.Language<>(hidden, ops.parameter("embed.weight"));
  }
}
