package org.align4j.models.family;

import com.google.common.collect.ImmutableMap;

/** Collects the shapes of a model's parameters, in the order of the forward pass. */
public final class Shapes {

  private final ImmutableMap.Builder<String, long[]> shapes = ImmutableMap.builder();

  /** A matrix {@code name.weight [rows,columns]}. */
  public Shapes matrix(String name, int rows, int columns) {
    shapes.put(name + ".weight", new long[] {rows, columns});
    return this;
  }

  /** A projection {@code name.weight [rows,columns]} and, where it has one, {@code name.bias}. */
  public Shapes projection(String name, int rows, int columns, boolean bias) {
    matrix(name, rows, columns);
    return bias ? vector(name + ".bias", rows) : this;
  }

  /** A root-mean-square norm {@code name.weight [size]}. */
  public Shapes rmsNorm(String name, int size) {
    return vector(name + ".weight", size);
  }

  /** A layer norm {@code name.weight [size]}, {@code name.bias [size]}. */
  public Shapes layerNorm(String name, int size) {
    return vector(name + ".weight", size).vector(name + ".bias", size);
  }

  /** A vector under its full name. */
  public Shapes vector(String name, int size) {
    shapes.put(name, new long[] {size});
    return this;
  }

  /** All that were added. */
  public ImmutableMap<String, long[]> build() {
    return shapes.buildOrThrow();
  }
}
