package org.align4j.models.family;

import com.google.common.collect.ImmutableMap;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.WeightLayout;

/**
 * Layers by the names of their parameters.
 *
 * @param shapes of the model's parameters: a projection has a bias where one is listed
 * @param epsilon of the norms
 * @param layout of the projections' weights
 */
public record Layers<T>(
    Ops<T> ops, ImmutableMap<String, long[]> shapes, float epsilon, WeightLayout layout) {

  /** Rows of the table {@code name} {@code [V,D]} at {@code ids [N]}. */
  public T embedding(String name, T ids) {
    return ops.embedding(ops.parameter(name), ids);
  }

  /** The projection {@code name.weight} with {@code name.bias} where the checkpoint has one. */
  public T linear(T x, String name) {
    String bias = name + ".bias";
    return ops.linear(
        x,
        ops.parameter(name + ".weight"),
        shapes.containsKey(bias) ? ops.parameter(bias) : null,
        layout);
  }

  /** The root-mean-square norm {@code name.weight}. */
  public T rmsNorm(T x, String name) {
    return ops.rmsNorm(x, ops.parameter(name + ".weight"), epsilon);
  }

  /** The layer norm {@code name.weight}, {@code name.bias}. */
  public T layerNorm(T x, String name) {
    return ops.layerNorm(
        x, ops.parameter(name + ".weight"), ops.parameter(name + ".bias"), epsilon);
  }
}
