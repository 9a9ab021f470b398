package org.align4j.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.core.batch.TokenBatch;
import org.align4j.core.engine.Scores;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The backward pass against finite differences of the forward pass. */
class PlanGradientTest {

  /**
   * Along a random direction of each parameter. A step of 1e-2 changes the loss by about 1e-2 of
   * itself, float32 rounding is 1e-6 of it and the third-order term 1e-3: 2 % with a floor.
   */
  @ParameterizedTest
  @EnumSource(SmallNetwork.class)
  void gradientsAreTheSlopesOfTheOutputs(SmallNetwork shape) {
    Random random = new Random(7);
    Parameters parameters = shape.randomParameters(3);
    TokenBatch batch = Batches.shared(Batches.groups(random, shape.vocabulary(), 3, 24), 0.8f);
    float[] coefficients = Batches.coefficients(random, batch.rows().length);
    float[] ofEntropy = shape.scalar() ? null : Batches.coefficients(random, coefficients.length);
    try (parameters;
        PlanNetwork network = PlanNetwork.create(shape, parameters)) {
      network.forward(batch);
      network.backward(coefficients, ofEntropy);
      for (String name : parameters.names()) {
        INDArray array = parameters.get(name);
        float[] direction = Batches.coefficients(random, (int) array.length());
        double slope = 0;
        INDArray gradient = network.gradients().get(name);
        for (int i = 0; i < direction.length; i++) {
          slope += (double) direction[i] * gradient.data().getFloat(i);
        }
        double step = 2e-2 / Math.sqrt(direction.length);
        move(network, array, direction, step);
        double above = loss(network.score(batch), coefficients, ofEntropy);
        move(network, array, direction, -2 * step);
        double below = loss(network.score(batch), coefficients, ofEntropy);
        move(network, array, direction, step);
        double measured = (above - below) / (2 * step);
        double size = gradient.norm2Number().doubleValue();
        assertThat(slope).as(name).isCloseTo(measured, within(0.02 * size + 1e-3));
      }
    }
  }

  private static void move(PlanNetwork network, INDArray array, float[] direction, double step) {
    for (int i = 0; i < direction.length; i++) {
      array.data().put(i, array.data().getFloat(i) + step * direction[i]);
    }
    network.parametersChanged();
  }

  private static double loss(Scores scores, float[] coefficients, float @Nullable [] ofEntropy) {
    double sum = 0;
    for (int m = 0; m < coefficients.length; m++) {
      sum += (double) coefficients[m] * scores.outputs()[m];
      if (ofEntropy != null) {
        sum += (double) ofEntropy[m] * scores.entropy()[m];
      }
    }
    return sum;
  }
}
