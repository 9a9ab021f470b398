package org.align4j.models.transformer;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.random.CounterRandom;
import org.align4j.core.tensor.Parameters;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Random parameters as transformers draws them: matrices from N(0, 0.02²) unless their family has
 * another deviation, biases 0, norms 1 ({@link Family#normWeight}). The scalar head is N(0,
 * 1/(D+1)²) (OpenRLHF {@code model.py}).
 *
 * <p>The numbers depend on seed, parameter name and element only.
 */
public final class Initialization {

  /** transformers' default {@code initializer_range}. */
  public static final double INITIALIZER_RANGE = 0.02;

  private Initialization() {}

  /** Random float32 parameters of a configuration. */
  public static Parameters random(TransformerConfig config, ModelHead head, long seed) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    ParameterShapes.of(config, head)
        .forEach((name, shape) -> arrays.put(name, draw(config, name, shape, seed)));
    return Parameters.of(arrays);
  }

  /**
   * The parameters of a scalar head's network: a copy of the body given, which may have a language
   * head (left behind), and a random {@code score.weight}.
   */
  public static Parameters scalarFrom(TransformerConfig config, Parameters body, long seed) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    ParameterShapes.of(config, ModelHead.SCALAR)
        .forEach((name, shape) ->
            arrays.put(
                name,
                name.equals(ParameterShapes.SCALAR_HEAD)
                    ? draw(config, name, shape, seed)
                    : body.get(name).dup('c')));
    return Parameters.of(arrays);
  }

  /** A random {@code score.weight} alone. */
  public static Parameters scalarHead(TransformerConfig config, long seed) {
    long[] shape = {1, config.hiddenSize()};
    return Parameters.of(
        Map.of(
            ParameterShapes.SCALAR_HEAD, draw(config, ParameterShapes.SCALAR_HEAD, shape, seed)));
  }

  private static INDArray draw(TransformerConfig config, String name, long[] shape, long seed) {
    long length = 1;
    for (long size : shape) {
      length *= size;
    }
    checkArgument(
        length <= Integer.MAX_VALUE - 8, "%s has %s elements: too many to draw", name, length);
    float[] values = new float[(int) length];
    double deviation = deviation(config, name);
    if (shape.length == 1) {
      Arrays.fill(values, name.endsWith(".bias") ? 0f : config.family().normWeight());
    } else {
      long stream = CounterRandom.stream(name);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (deviation * CounterRandom.gaussian(seed, stream, i));
      }
    }
    return Nd4j.create(values, shape, 'c');
  }

  private static double deviation(TransformerConfig config, String name) {
    if (name.equals(ParameterShapes.SCALAR_HEAD)) {
      return 1.0 / (config.hiddenSize() + 1);
    }
    return config.family().deviation(config, name);
  }
}
