package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/** Matrix products with packed right-hand sides. Conventions: {@link Kernels}. */
public interface ProductKernels {

  /** So few rows wait for memory, whatever the weights are stored as. */
  int FEW_ROWS = 4;

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

  /** Floats of memory that {@code [depth, columns]} needs when it is kept as stored. */
  long storedLength(StoredFormat format, int depth, int columns);

  /**
   * Lays a matrix that is kept as stored over memory; nothing is written. {@code F32}: the same as
   * {@link #packed}.
   */
  Panels stored(NativeFloats memory, StoredFormat format, int depth, int columns);

  /**
   * Packs the right-hand side of a product as it is stored. {@code OUT_IN}: source is {@code
   * [columns, depth]}; {@code IN_OUT}: {@code [depth, columns]}, of floats only. Numbers are
   * finite. Allocates a little. Split: panels {@code [0, target.panels())}.
   *
   * @param target of {@link #stored} for the format of the source
   */
  default void pack(StoredMatrix source, WeightLayout layout, Panels target, int from, int to) {
    target.pack(source, layout, from, to);
  }

  /**
   * Packs the transposed matrix in float32: the right-hand side of {@code dx = dy · Wᵀ}, where
   * {@code source} is that of {@code y = x · W}. Split: panels {@code [0, target.panels())}.
   *
   * @param target {@code [source.columns(), source.depth()]}
   */
  void packTransposed(Panels source, PackedMatrix target, int from, int to, Scratch scratch);

  /**
   * {@code y[n] =} column {@code columns[n]} of the weight: an embedding, whose table {@code
   * [columns, depth]} was packed as {@code OUT_IN}. Split: rows n.
   *
   * @param y {@code [≥ to, depth]}
   */
  default void gatherColumns(Panels weight, int[] columns, Matrix y, int from, int to) {
    checkArgument(
        y.columns() == weight.depth(),
        "rows of %s do not hold columns of %s",
        y.columns(),
        weight.depth());
    y.checkRows(from, to);
    for (int n = from; n < to; n++) {
      weight.copyColumn(columns[n], y.address(n));
    }
  }

  /** Number of tiles of a product of {@code rows} rows: what {@link #product} is split over. */
  int productTiles(int rows, Panels weight);

  /**
   * Runs the tiles of products of {@code rows} rows: few rows wait for memory, which is read best
   * in long runs.
   */
  static void run(Threads threads, Task products, int rows, int tiles) {
    if (rows <= FEW_ROWS) {
      threads.runRanges(products, tiles);
    } else {
      threads.run(products, tiles, 1);
    }
  }

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
      Panels weight,
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
