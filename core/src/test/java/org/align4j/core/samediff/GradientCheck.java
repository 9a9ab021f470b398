package org.align4j.core.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.LongStream;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gradients of a network against central finite differences in double. */
final class GradientCheck {

  private static final double STEP = 1e-5;

  private GradientCheck() {}

  /**
   * Checks the gradient of a random weighting of outputs and entropy by up to 5 elements of every
   * parameter. Central differences err by about STEP² · f''' and 1e-16 · f / STEP: 1e-8 here.
   */
  static void check(SameDiffNetwork network, TokenBatch batch, boolean withEntropy) {
    Random random = new Random(7);
    float[] dOutputs = coefficients(random, batch.rows().length);
    float[] dEntropy = withEntropy ? coefficients(random, batch.rows().length) : null;
    network.gradients().zero();
    network.forward(batch);
    network.backward(dOutputs, dEntropy);
    Parameters parameters = network.parameters();
    for (String name : parameters.names()) {
      INDArray gradient = network.gradients().get(name).reshape(-1);
      INDArray parameter = parameters.get(name).reshape(-1);
      for (long i : elements(random, parameter.length())) {
        double value = parameter.getDouble(i);
        parameter.putScalar(i, value + STEP);
        double above = loss(network, batch, dOutputs, dEntropy);
        parameter.putScalar(i, value - STEP);
        double below = loss(network, batch, dOutputs, dEntropy);
        parameter.putScalar(i, value);
        double expected = (above - below) / (2 * STEP);
        assertThat(gradient.getDouble(i))
            .as("%s[%s]", name, i)
            .isCloseTo(expected, within(1e-7 * Math.max(1, Math.abs(expected))));
      }
    }
  }

  private static long[] elements(Random random, long length) {
    return length <= 5
        ? LongStream.range(0, length).toArray()
        : random.longs(5, 0, length).toArray();
  }

  private static float[] coefficients(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double loss(
      SameDiffNetwork network, TokenBatch batch, float[] dOutputs, float @Nullable [] dEntropy) {
    double loss = 0;
    double[] outputs = network.outputs(batch);
    for (int m = 0; m < outputs.length; m++) {
      loss += dOutputs[m] * outputs[m];
    }
    if (dEntropy != null) {
      double[] entropy = network.entropy(batch);
      for (int m = 0; m < entropy.length; m++) {
        loss += dEntropy[m] * entropy[m];
      }
    }
    return loss;
  }
}
