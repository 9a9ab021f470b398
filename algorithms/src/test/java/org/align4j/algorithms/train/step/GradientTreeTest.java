package org.align4j.algorithms.train.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.align4j.core.tensor.Gradients;
import org.align4j.core.tensor.Parameters;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class GradientTreeTest {

  /** Sums that depend on their order: each is rounded to the 24 bits of a float. */
  private static final float[] SHARDS = {1e8f, -1e8f, 3.3f, 1e8f, 0.1f, -1e8f, 0.3f, 1e-3f};

  @Test
  void shardsAreAddedUpAlongABinaryTree() {
    float expected =
        ((SHARDS[0] + SHARDS[1]) + (SHARDS[2] + SHARDS[3]))
            + ((SHARDS[4] + SHARDS[5]) + (SHARDS[6] + SHARDS[7]));
    assertThat(sum(8)).isEqualTo(expected).isNotEqualTo(chain());
  }

  @Test
  void oneShardIsItself() {
    assertThat(sum(1)).isEqualTo(SHARDS[0]);
  }

  private static float chain() {
    float sum = 0;
    for (float shard : SHARDS) {
      sum += shard;
    }
    return sum;
  }

  private static float sum(int count) {
    try (Parameters parameters = Parameters.zeros(DataType.FLOAT, Map.of("w", new long[] {1}));
        Gradients gradients = new Gradients(parameters);
        GradientTree tree = new GradientTree(gradients)) {
      INDArray flat = gradients.flat();
      for (int i = 0; i < count; i++) {
        flat.assign(SHARDS[i]);
        tree.add(i == count - 1);
      }
      return flat.getFloat(0);
    }
  }
}
