package org.align4j.algorithms.preference;

import java.util.Arrays;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.settings.HeadSettings;
import org.align4j.core.random.CounterRandom;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A linear reward head on frozen features, trained as a Deeplearning4j {@code ComputationGraph}:
 * minutes where training the whole transformer takes hours. Features are standardised for the
 * training, which is then folded into the weights; it leaves a constant over, which the head has no
 * bias for and which no pair can see.
 */
public final class FrozenHead {

  private static final long ORDER = CounterRandom.stream("order of head pairs");
  private static final String FEATURES = "features";
  private static final String REWARD = "reward";

  private final HeadSettings settings;
  private final long seed;
  private final PairFeatures pairs;
  private final double[] mean;
  private final double[] deviation;
  private final ComputationGraph graph;
  private int epoch;

  /**
   * A head of zeros.
   *
   * @param seed of the order of the pairs
   */
  public FrozenHead(PairFeatures pairs, BradleyTerry loss, HeadSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
    this.pairs = pairs;
    int columns = pairs.columns();
    this.mean = new double[columns];
    this.deviation = new double[columns];
    standardise();
    this.graph = graph(columns, loss, settings.l2(), new Adam(settings.learningRate()));
  }

  /** Features in, one reward out, no bias. */
  static ComputationGraph graph(int columns, BradleyTerry loss, double l2, IUpdater updater) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .miniBatch(false)
                .updater(updater)
                .l2(l2)
                .weightInit(WeightInit.ZERO)
                .graphBuilder()
                .addInputs(FEATURES)
                .addLayer(
                    REWARD,
                    new OutputLayer.Builder(new PairLossFunction(loss.centring()))
                        .nIn(columns)
                        .nOut(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build(),
                    FEATURES)
                .setOutputs(REWARD)
                .build());
    graph.init();
    return graph;
  }

  private void standardise() {
    double rows = 2.0 * pairs.size();
    for (float[][] side : new float[][][] {pairs.chosen(), pairs.rejected()}) {
      for (float[] row : side) {
        for (int c = 0; c < mean.length; c++) {
          mean[c] += row[c] / rows;
        }
      }
    }
    for (float[][] side : new float[][][] {pairs.chosen(), pairs.rejected()}) {
      for (float[] row : side) {
        for (int c = 0; c < mean.length; c++) {
          deviation[c] += (row[c] - mean[c]) * (row[c] - mean[c]) / rows;
        }
      }
    }
    // what is the same in every response says nothing: its weight stays 0
    Arrays.setAll(deviation, c -> deviation[c] > 0 ? Math.sqrt(deviation[c]) : 1);
  }

  /**
   * One pass over the pairs.
   *
   * @return mean loss of its batches, each before its step, with the penalty
   */
  public double epoch() {
    int[] order = order();
    double loss = 0;
    int batches = 0;
    for (int from = 0; from < order.length; from += settings.pairs()) {
      int to = Math.min(order.length, from + settings.pairs());
      DataSet batch = stacked(Arrays.copyOfRange(order, from, to));
      graph.fit(batch);
      loss += graph.score();
      batches++;
    }
    epoch++;
    return loss / batches;
  }

  private int[] order() {
    int[] order = new int[pairs.size()];
    for (int i = 0; i < order.length; i++) {
      int j = (int) (CounterRandom.uniform(seed ^ ORDER, epoch, i) * (i + 1));
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Pairs along the batch axis: the chosen responses, then the rejected ones. */
  private DataSet stacked(int[] indices) {
    int b = indices.length;
    double[][] features = new double[2 * b][];
    double[][] margins = new double[2 * b][1];
    for (int i = 0; i < b; i++) {
      features[i] = standard(pairs.chosen()[indices[i]]);
      features[b + i] = standard(pairs.rejected()[indices[i]]);
      margins[i][0] = pairs.margins()[indices[i]];
    }
    return new DataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(margins));
  }

  private double[] standard(float[] row) {
    double[] standard = new double[row.length];
    for (int c = 0; c < row.length; c++) {
      standard[c] = (row[c] - mean[c]) / deviation[c];
    }
    return standard;
  }

  /**
   * All that the rest of the training depends on.
   *
   * @param epochs passes done
   * @param steps of Adam done
   * @param weights {@code [D]} of standardised features
   * @param moments of Adam
   */
  public record State(int epochs, int steps, double[] weights, double[] moments) {

    /** The same a pass later: one that is left out. */
    public State next() {
      return new State(epochs + 1, steps, weights, moments);
    }
  }

  /** Passes done. */
  public int epochs() {
    return epoch;
  }

  /** A copy of the state. */
  public State state() {
    return new State(
        epoch,
        graph.getConfiguration().getIterationCount(),
        graph.params().toDoubleVector(),
        graph.getUpdater().getUpdaterStateViewArray().toDoubleVector());
  }

  /** Goes on from a state, bit for bit. */
  public void restore(State state) {
    epoch = state.epochs();
    graph.getConfiguration().setIterationCount(state.steps());
    assign(graph.params(), state.weights());
    assign(graph.getUpdater().getUpdaterStateViewArray(), state.moments());
  }

  private static void assign(INDArray to, double[] values) {
    to.assign(Nd4j.createFromArray(values).reshape(to.shape()));
  }

  /** Whether all {@link #weights} are finite. */
  public boolean isFinite() {
    for (float weight : weights()) {
      if (!Float.isFinite(weight)) {
        return false;
      }
    }
    return true;
  }

  /** The weights {@code [D]} for features as the body gives them. */
  public float[] weights() {
    INDArray weights = graph.getLayer(REWARD).getParam("W");
    float[] folded = new float[mean.length];
    for (int c = 0; c < folded.length; c++) {
      folded[c] = (float) (weights.getDouble(c, 0) / deviation[c]);
    }
    return folded;
  }
}
