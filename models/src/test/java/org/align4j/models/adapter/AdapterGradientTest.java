package org.align4j.models.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.Network;
import org.align4j.models.policy.Policy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gradients of A and B against finite differences of the log-probs. */
class AdapterGradientTest {

  /**
   * Along a random direction of each matrix. Rounding is 1e-6 of the loss and the third-order term
   * 1e-3 of the slope at this step: 2 % of the gradient's size, with a floor for those near 0.
   */
  @ParameterizedTest
  @ValueSource(strings = {"llama-attention", "qwen2-all-rslora", "gpt2-all"})
  void gradientsAreTheSlopesOfTheLogProbs(String name) {
    PeftCase model = PeftCase.of(name);
    TokenBatch batch = model.batch();
    Random random = new Random(3);
    float[] coefficients = new float[batch.rows().length];
    for (int m = 0; m < coefficients.length; m++) {
      coefficients[m] = (float) random.nextGaussian();
    }
    try (Policy policy = model.policy(Engine.PLAN)) {
      Network network = policy.network();
      network.forward(batch);
      network.backward(coefficients, null);
      for (String parameter : network.parameters().names()) {
        INDArray values = network.parameters().get(parameter);
        float[] direction = new float[(int) values.length()];
        for (int i = 0; i < direction.length; i++) {
          direction[i] = (float) random.nextGaussian();
        }
        INDArray gradient = network.gradients().get(parameter);
        double slope = 0;
        for (int i = 0; i < direction.length; i++) {
          slope += (double) direction[i] * gradient.reshape(-1).getFloat(i);
        }
        double step = 1e-2 / Math.sqrt(direction.length);
        double above = moved(network, values, direction, step, batch, coefficients);
        double below = moved(network, values, direction, -2 * step, batch, coefficients);
        moved(network, values, direction, step, batch, coefficients);
        double size = gradient.norm2Number().doubleValue();
        assertThat((above - below) / (2 * step))
            .as(parameter)
            .isCloseTo(slope, within(0.02 * size + 2e-3));
      }
    }
  }

  /** The weighted log-probs after a step. */
  private static double moved(
      Network network,
      INDArray values,
      float[] direction,
      double step,
      TokenBatch batch,
      float[] coefficients) {
    for (int i = 0; i < direction.length; i++) {
      long at = values.offset() + i;
      values.data().put(at, values.data().getFloat(at) + step * direction[i]);
    }
    network.parametersChanged();
    float[] outputs = network.score(batch).outputs();
    double sum = 0;
    for (int m = 0; m < outputs.length; m++) {
      sum += (double) coefficients[m] * outputs[m];
    }
    return sum;
  }
}
