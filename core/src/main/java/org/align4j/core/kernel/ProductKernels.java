package org.align4j.core.kernel;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/** Matrix products with packed right-hand sides. Conventions: {@link Kernels}. */
public interface ProductKernels {

  /** Floats that {@code [depth, columns]} needs when packed. */
  long packedLength(int depth, int columns);

  /** Lays a packed matrix over memory; nothing is written. */
  PackedMatrix packed(NativeFloats memory, int depth, int columns);

  /**
   * Packs the right-hand side of a product. {@code OUT_IN}: source is {@code [columns, depth]}, a
   * checkpoint's weight; {@code IN_OUT}: {@code [depth, columns]}. The input gradient of a product
   * packs the weight under the other name: {@code dx += dy · W}. Split: panels {@code [0,
   * target.panels())}.
   */
  void pack(Matrix source, WeightLayout layout, PackedMatrix target, int from, int to);

  /** Number of tiles of a product of {@code rows} rows: what {@link #product} is split over. */
  int productTiles(int rows, PackedMatrix weight);

  /**
   * {@code y[rows, columns] = x[rows, depth] · weight (+ bias)}, or {@code y += x · weight} when
   * {@code add}. Each element is one chain of fused multiply-adds in the order of the depth, begun
   * at 0 (at y when {@code add}); the bias is added last. Split: {@link #productTiles}.
   *
   * @param bias {@code [columns]}, or null; null when {@code add}
   */
  void product(
      Matrix x,
      int rows,
      PackedMatrix weight,
      @Nullable NativeFloats bias,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch);

  /**
   * {@code y[rows, columns] += xᵀ · weight} with {@code x [depth, rows]}: weight gradients. For
   * {@code OUT_IN}, {@code dW [out,in] += dyᵀ · x}: x is dy, the right-hand side is the activation
   * packed as {@code IN_OUT} (depth N). For {@code IN_OUT} the two change places. Summed in the
   * order of the depth, begun at y when {@code add}, else at 0. Split: {@link #productTiles}.
   */
  void transposedProduct(
      Matrix x,
      int rows,
      PackedMatrix weight,
      Matrix y,
      boolean add,
      int from,
      int to,
      Scratch scratch);
}
