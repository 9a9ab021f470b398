package org.align4j.algorithms.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.settings.HeadSettings;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

class FrozenHeadTest {

  /** Chosen responses have more of the first feature; columns have their own scale and offset. */
  private static PairFeatures pairs(int size, int columns, double margin) {
    Random random = new Random(3);
    float[][][] sides = new float[2][size][columns];
    double[] margins = new double[size];
    for (int i = 0; i < size; i++) {
      margins[i] = margin * random.nextDouble();
      for (int side = 0; side < 2; side++) {
        for (int c = 0; c < columns; c++) {
          double value = random.nextGaussian() + (c == 0 && side == 0 ? 1 : 0);
          sides[side][i][c] = (float) ((c + 1) * value + 10 * c);
        }
      }
    }
    return new PairFeatures(sides[0], sides[1], margins);
  }

  /** Central differences of the graph's score in double, with step 1e-6. */
  @Test
  void theGraphsGradientIsThatOfItsScore() {
    ComputationGraph graph = FrozenHead.graph(3, new BradleyTerry(0.3), 0.2, new NoOp());
    graph.setParams(Nd4j.createFromArray(new double[][] {{0.3, -0.5, 0.2}}));
    Random random = new Random(4);
    double[][] features = new double[8][3];
    double[][] margins = new double[8][1];
    for (int i = 0; i < 8; i++) {
      margins[i][0] = random.nextDouble();
      for (int c = 0; c < 3; c++) {
        features[i][c] = random.nextGaussian();
      }
    }
    DataSet batch = new DataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(margins));
    graph.setInputs(batch.getFeatures());
    graph.setLabels(batch.getLabels());
    graph.computeGradientAndScore();
    // the penalty's gradient is added by the updater, after this
    INDArray gradient = graph.gradient().gradient().dup();
    for (int c = 0; c < 3; c++) {
      double weight = graph.params().getDouble(c);
      double numeric =
          (scoreAt(graph, batch, c, weight + 1e-6) - scoreAt(graph, batch, c, weight - 1e-6))
              / 2e-6;
      scoreAt(graph, batch, c, weight);
      assertThat(gradient.getDouble(c)).isCloseTo(numeric - 0.2 * weight, within(1e-8));
    }
  }

  private static double scoreAt(ComputationGraph graph, DataSet batch, int index, double weight) {
    graph.params().putScalar(index, weight);
    return graph.score(batch);
  }

  /** Newton's method on the same penalised loss, in plain Java: the loss is strictly convex. */
  @Test
  void trainingEndsAtTheMinimumOfTheLoss() {
    double l2 = 0.05;
    double centring = 0.1;
    PairFeatures pairs = pairs(40, 3, 0.5);
    HeadSettings settings = new HeadSettings(600, 40, 0.02, l2);
    FrozenHead head = new FrozenHead(pairs, new BradleyTerry(centring), settings, 1);
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      head.epoch();
    }

    double[] expected = new RidgeOracle(pairs, centring, l2).weights();
    for (int c = 0; c < 3; c++) {
      // Adam's last steps are a hundredth of the weights' size of some tenths
      assertThat((double) head.weights()[c]).isCloseTo(expected[c], within(2e-3));
    }
  }

  @Test
  void aFeatureThatNeverChangesHasNoWeight() {
    float[][] chosen = {{1, 5}, {2, 5}};
    float[][] rejected = {{0, 5}, {0, 5}};
    FrozenHead head =
        new FrozenHead(
            new PairFeatures(chosen, rejected, new double[2]),
            BradleyTerry.PLAIN,
            HeadSettings.DEFAULT,
            1);
    head.epoch();
    assertThat(head.weights()[0]).isPositive();
    assertThat(head.weights()[1]).isZero();
  }

  @Test
  void theSameSeedGivesTheSameHead() {
    PairFeatures pairs = pairs(30, 3, 0);
    HeadSettings settings = new HeadSettings(3, 8, 0.01, 0.1);
    FrozenHead one = new FrozenHead(pairs, BradleyTerry.PLAIN, settings, 7);
    FrozenHead other = new FrozenHead(pairs, BradleyTerry.PLAIN, settings, 7);
    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(one.epoch()).isEqualTo(other.epoch());
    }
    assertThat(one.weights()).isEqualTo(other.weights());
  }

  @Test
  void badSettingsAndFeaturesAreRefused() {
    assertThatThrownBy(() -> new HeadSettings(0, 8, 0.01, 0.1))
        .hasMessage("frozen.epochs is 0: it must be at least 1");
    assertThatThrownBy(() -> new HeadSettings(1, 8, 0.01, -1))
        .hasMessage("frozen.l2 is -1.0: it must be 0 or above");
    assertThatThrownBy(() -> new BradleyTerry(-1))
        .hasMessage("centring is -1.0: it must be 0 (none) or above");
    assertThatThrownBy(() -> new PairFeatures(new float[2][3], new float[1][3], new double[2]))
        .hasMessage(
            "chosen [2], rejected [1] and margins [2] must be of the same pairs, at least one");
  }

  @Test
  void theLossRefusesWhatAreNoPairs() {
    PairLossFunction loss = new PairLossFunction(0);
    INDArray three = Nd4j.zeros(DataType.DOUBLE, 3, 1);
    assertThatThrownBy(() ->
            loss.computeGradient(
                three, three, new org.nd4j.linalg.activations.impl.ActivationIdentity(), null))
        .hasMessage("rewards [3,1] are not those of pairs: [2B,1]");
    assertThatThrownBy(() -> loss.computeGradient(three, three, new ActivationSigmoid(), null))
        .hasMessage("rewards have no activation but the identity and no mask");
  }
}
