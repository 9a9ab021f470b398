package org.align4j.core.plan.run;

import org.align4j.core.kernel.Kernels;
import org.align4j.core.kernel.PackedMatrix;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.Task;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.plan.layout.Slot;
import org.jspecify.annotations.Nullable;

/**
 * Activations packed as the right-hand side of a weight gradient, one width for all that have it.
 * Projections of the same input use the panels one after the other.
 */
public final class PackedRows implements Task {

  private final Kernels kernels;
  private final Threads threads;
  private final NativeMemory memory;
  private final int columns;
  private @Nullable NativeFloats floats;
  private @Nullable PackedMatrix target;
  private final Bound<Matrix> source = new Bound<>("rows");
  private final Bound<PackedMatrix> panels = new Bound<>("panels");
  private @Nullable Slot last;
  private int stamp = -1;

  /** Panels of this width in memory that belongs to the caller. */
  public PackedRows(Kernels kernels, Threads threads, NativeMemory memory, int columns) {
    this.kernels = kernels;
    this.threads = threads;
    this.memory = memory;
    this.columns = columns;
  }

  /** The panels of the batch's rows of a slot. */
  public PackedMatrix of(Slot slot, Batch batch, boolean reuse) {
    if (reuse && slot == last && stamp == batch.stamp() && target != null) {
      return target;
    }
    PackedMatrix made = of(slot.matrix(), batch.rows());
    last = reuse ? slot : null;
    stamp = batch.stamp();
    return made;
  }

  /** The panels of the first rows of a matrix. */
  public PackedMatrix of(Matrix matrix, int rows) {
    last = null;
    PackedMatrix made = target;
    if (made == null || made.depth() != rows) {
      made =
          kernels
              .products()
              .packed(room(kernels.products().packedLength(rows, columns)), rows, columns);
      target = made;
    }
    source.set(matrix);
    panels.set(made);
    threads.run(this, made.panels(), 1);
    return made;
  }

  private NativeFloats room(long count) {
    NativeFloats there = floats;
    if (there == null || there.length() < count) {
      if (there != null) {
        memory.free(there);
      }
      there = memory.allocate(count);
      floats = there;
    }
    return there;
  }

  @Override
  public void run(int from, int to, Scratch scratch) {
    kernels.products().pack(source.get(), WeightLayout.IN_OUT, panels.get(), from, to);
  }
}
