package org.align4j.core.samediff;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Head;
import org.align4j.core.engine.Inputs;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.ops.Ops;
import org.align4j.core.tensor.Parameters;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network around one op: its input is a table whose row n is looked up for token n, so that the
 * gradient by the table is the gradient by the input, and a scalar head reads its output, one
 * column at a time.
 */
final class OpCase implements NetworkDefinition {

  static final String X = "x";
  static final String READ = "read";

  /** The op under test on a {@code [N, columns]} input. */
  interface Body {
    <T> T apply(Ops<T> ops, T x, Inputs<T> inputs);
  }

  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Body body;

  OpCase(
      int inputRows, int inputColumns, int outputColumns, Map<String, long[]> others, Body body) {
    this.body = body;
    shapes.put(X, new long[] {inputRows, inputColumns});
    shapes.put(READ, new long[] {1, outputColumns});
    shapes.putAll(others);
  }

  @Override
  public ImmutableMap<String, long[]> parameterShapes() {
    return ImmutableMap.copyOf(shapes);
  }

  @Override
  public int maxPositions() {
    return 1000;
  }

  @Override
  public <T> Head<T> build(Ops<T> ops, Inputs<T> inputs) {
    T x = ops.embedding(ops.parameter(X), inputs.tokens());
    return new Head.Scalar<>(body.apply(ops, x, inputs), ops.parameter(READ), null);
  }

  /** Normal parameters of this network. */
  static Parameters parameters(NetworkDefinition definition, DataType type, long seed) {
    Random random = new Random(seed);
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    definition
        .parameterShapes()
        .forEach((name, shape) -> {
          double[] values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
          Arrays.setAll(values, i -> random.nextGaussian());
          arrays.put(name, Nd4j.create(values, shape, type));
        });
    return Parameters.of(arrays);
  }

  /** Tokens 0 to N−1 as sequences of these lengths; all rows labelled. */
  static TokenBatch batch(int... lengths) {
    int[] prefix = new int[lengths.length];
    Arrays.fill(prefix, -1);
    return batch(lengths, prefix);
  }

  /** Segments with prefixes; all rows labelled. */
  static TokenBatch batch(int[] lengths, int[] prefix) {
    int[] offsets = new int[lengths.length + 1];
    for (int s = 0; s < lengths.length; s++) {
      offsets[s + 1] = offsets[s] + lengths[s];
    }
    int[] all = new int[offsets[lengths.length]];
    Arrays.setAll(all, i -> i);
    return new TokenBatch(all, new SequenceLayout(offsets, prefix), all, new int[all.length], 1f);
  }

  /** The op's output {@code [N, columns]}, read column by column. */
  static double[][] outputs(OpCase definition, Parameters parameters, TokenBatch batch) {
    try (SameDiffNetwork network = SameDiffNetwork.create(definition, parameters)) {
      INDArray read = parameters.get(READ);
      INDArray saved = read.dup();
      int columns = (int) read.length();
      double[][] outputs = new double[batch.rows().length][columns];
      for (int c = 0; c < columns; c++) {
        read.assign(0).putScalar(c, 1);
        double[] column = network.outputs(batch);
        for (int n = 0; n < outputs.length; n++) {
          outputs[n][c] = column[n];
        }
      }
      read.assign(saved);
      return outputs;
    }
  }

  /** A parameter as rows. */
  static double[][] rows(Parameters parameters, String name) {
    INDArray array = parameters.get(name);
    return array.rank() == 1 ? new double[][] {array.toDoubleVector()} : array.toDoubleMatrix();
  }
}
