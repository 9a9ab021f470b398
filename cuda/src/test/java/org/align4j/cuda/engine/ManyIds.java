package org.align4j.cuda.engine;

import com.google.common.collect.ImmutableMap;
import java.util.Random;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Ops;
import org.align4j.core.tensor.Parameters;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An embedding and a head of more slices of the vocabulary than are computed at once. */
final class ManyIds implements NetworkDefinition {

  static final int VOCABULARY = 18_500;
  private static final int HIDDEN = 8;

  @Override
  public ImmutableMap<String, long[]> parameterShapes() {
    return ImmutableMap.of("embed", new long[] {VOCABULARY, HIDDEN});
  }

  @Override
  public int maxPositions() {
    return 64;
  }

  @Override
  public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
    T table = ops.parameter("embed");
    return new Head.Language<>(ops.scale(ops.embedding(table, inputs.tokens()), 2), table);
  }

  static Parameters random(long seed) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(VOCABULARY, HIDDEN);
    for (long i = 0; i < array.length(); i++) {
      array.data().put(i, (float) random.nextGaussian());
    }
    return Parameters.of(ImmutableMap.of("embed", array));
  }
}
