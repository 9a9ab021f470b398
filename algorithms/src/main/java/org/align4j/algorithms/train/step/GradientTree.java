package org.align4j.algorithms.train.step;

import java.util.ArrayDeque;
import java.util.Deque;
import org.align4j.core.tensor.Gradients;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adds up gradients of shards along a binary tree, in the buffer they are computed in. Besides it,
 * as many copies are kept as the tree of the shards here is high.
 */
final class GradientTree implements AutoCloseable {

  private final Gradients gradients;
  private final Deque<INDArray> branches = new ArrayDeque<>();
  private int shards;

  /** A tree without shards over the gradients of a network. */
  GradientTree(Gradients gradients) {
    this.gradients = gradients;
  }

  /**
   * Takes in the shard whose gradient is in the buffer; with more to come, the buffer may be
   * overwritten then. After a power of two of shards it holds their sum.
   */
  void add(boolean last) {
    shards++;
    if (last && branches.isEmpty()) {
      return;
    }
    INDArray flat = gradients.flat();
    for (int branch = shards; (branch & 1) == 0; branch >>= 1) {
      try (INDArray left = branches.pop()) {
        flat.addi(left);
      }
    }
    if (last) {
      gradients.changed();
    } else {
      branches.push(flat.dup('c'));
    }
  }

  @Override
  public void close() {
    branches.forEach(INDArray::close);
  }
}
