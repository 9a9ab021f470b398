package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.align4j.core.engine.Head;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * From hidden rows {@code [m,D]} to log-probabilities and entropy, or values. It runs on a slice of
 * the labelled rows at a time, so that {@code [m,V]} stays small.
 */
final class HeadGraph implements AutoCloseable {

  /** Elements of one {@code [m,V]} array; about a dozen of them live at once. */
  private static final long SLICE_ELEMENTS = 1L << 22;

  private static final String ROWS = "rows";
  private static final String LABELS = "labels";
  private static final String TEMPERATURE = "temperature";
  private static final String OUTPUT_UPSTREAM = "upstream.output";
  private static final String ENTROPY_UPSTREAM = "upstream.entropy";

  private final DataType type;
  private final GraphRunner runner;
  private final String output;
  private final @Nullable String entropy;
  private final int sliceRows;
  private final SDVariable loss;
  private final List<String> candidates = new ArrayList<>();
  private @Nullable List<String> differentiable;

  HeadGraph(Head<SDVariable> head, long hiddenColumns, Parameters parameters) {
    this.type = parameters.dataType();
    SameDiff graph = SameDiff.create();
    SameDiffOps ops = new SameDiffOps(graph, parameters);
    SDVariable rows = graph.placeHolder(ROWS, type, -1, hiddenColumns);
    SDVariable outputUpstream = graph.placeHolder(OUTPUT_UPSTREAM, type, -1);
    candidates.add(ROWS);
    switch (head) {
      case Head.Language<SDVariable> language -> {
        SDVariable weight = parameter(ops, parameters, language.weight());
        SDVariable labels = graph.placeHolder(LABELS, DataType.INT32, -1);
        SDVariable temperature = graph.placeHolder(TEMPERATURE, type, 1, 1);
        SDVariable entropyUpstream = graph.placeHolder(ENTROPY_UPSTREAM, type, -1);
        var scores = tokenScores(graph, rows, weight, labels, temperature);
        output = scores.logProbs().name();
        entropy = scores.entropy().name();
        loss =
            scores
                .logProbs()
                .mul(outputUpstream)
                .sum()
                .add(scores.entropy().mul(entropyUpstream).sum());
        long vocabulary = parameters.get(weight.name()).size(0);
        sliceRows = Math.clamp(SLICE_ELEMENTS / vocabulary, 16, 4096);
      }
      case Head.Scalar<SDVariable> scalar -> {
        SDVariable weight = parameter(ops, parameters, scalar.weight());
        SDVariable bias = scalar.bias() == null ? null : parameter(ops, parameters, scalar.bias());
        SDVariable values = scalarHead(graph, rows, weight, bias);
        output = values.name();
        entropy = null;
        loss = values.mul(outputUpstream).sum();
        sliceRows = 4096;
      }
    }
    this.runner = new GraphRunner(graph);
  }

  /** {@code [M]} each. */
  private record TokenScores(SDVariable logProbs, SDVariable entropy) {}

  /**
   * Log-prob and entropy of {@code softmax(hidden · headᵀ / temperature)} at the labels.
   *
   * @param hidden {@code [M,D]}
   * @param temperature {@code [1,1]}
   */
  private TokenScores tokenScores(
      SameDiff graph,
      SDVariable hidden,
      SDVariable head,
      SDVariable labels,
      SDVariable temperature) {
    int vocabulary = (int) head.getArr().size(0);
    SDVariable logits = graph.mmul(hidden.div(temperature), head, false, true, false);
    SDVariable centred = logits.sub(logits.max(true, 1));
    SDVariable exponentials = graph.math().exp(centred);
    SDVariable sum = exponentials.sum(1);
    SDVariable logSum = graph.math().log(sum);
    SDVariable picked = centred.mul(graph.oneHot(labels, vocabulary, -1, 1.0, 0.0, type)).sum(1);
    return new TokenScores(
        picked.sub(logSum), logSum.sub(exponentials.mul(centred).sum(1).div(sum)));
  }

  /** {@code hidden · weight + bias}, {@code [M,D] -> [M]}. */
  private static SDVariable scalarHead(
      SameDiff graph, SDVariable hidden, SDVariable weight, @Nullable SDVariable bias) {
    SDVariable product = graph.mmul(hidden, weight, false, true, false);
    return graph.reshape(bias == null ? product : product.add(bias), -1);
  }

  private SDVariable parameter(SameDiffOps ops, Parameters parameters, SDVariable ofBody) {
    checkArgument(
        parameters.contains(ofBody.name()),
        "the head's %s is no parameter: build the head from ops.parameter(name)",
        ofBody.name());
    candidates.add(ofBody.name());
    return ops.parameter(ofBody.name());
  }

  boolean language() {
    return entropy != null;
  }

  /** Writes the outputs of some labelled rows. */
  void score(
      INDArray hidden,
      int[] index,
      int[] labels,
      float temperature,
      double[] out,
      double[] entropies) {
    for (int from = 0; from < index.length; from += sliceRows) {
      int to = Math.min(index.length, from + sliceRows);
      List<String> wanted = entropy == null ? List.of(output) : List.of(output, entropy);
      try (Feeds feeds = feeds(hidden, index, labels, temperature, from, to)) {
        Map<String, INDArray> outputs = runner.run(feeds.arrays(), wanted);
        take(outputs, output, out, from);
        if (entropy != null) {
          take(outputs, entropy, entropies, from);
        }
      }
    }
  }

  private static void take(Map<String, INDArray> outputs, String name, double[] target, int from) {
    INDArray array = checkNotNull(outputs.get(name));
    double[] values = HostArrays.doubles(array);
    System.arraycopy(values, 0, target, from, values.length);
    HostArrays.free(array);
  }

  private Feeds feeds(
      INDArray hidden, int[] index, int[] labels, float temperature, int from, int to) {
    Feeds feeds = new Feeds(type);
    feeds.give(ROWS, Nd4j.pullRows(hidden, 1, Arrays.copyOfRange(index, from, to)));
    if (language()) {
      feeds.give(LABELS, Nd4j.createFromArray(Arrays.copyOfRange(labels, from, to)));
      feeds.give(TEMPERATURE, new float[] {temperature}, 1, 1);
    }
    return feeds;
  }

  /**
   * Gradient of {@code sum(dOutputs ⊙ outputs) + sum(dEntropy ⊙ entropy)}: that of the head's
   * parameters is added to the sums.
   *
   * @return that of the hidden states, {@code [B·T · D]} in double, summed over repeated rows
   */
  double[] backward(
      INDArray hidden,
      int[] index,
      int[] labels,
      float temperature,
      float[] dOutputs,
      float[] dEntropy,
      GradientSums sums) {
    List<String> names = differentiable;
    if (names == null) {
      names = runner.differentiate(loss, candidates);
      differentiable = names;
    }
    int columns = (int) hidden.size(1);
    double[] upstream = new double[Math.toIntExact(hidden.length())];
    for (int from = 0; from < index.length; from += sliceRows) {
      int to = Math.min(index.length, from + sliceRows);
      try (Feeds feeds = feeds(hidden, index, labels, temperature, from, to)) {
        feeds.give(OUTPUT_UPSTREAM, Arrays.copyOfRange(dOutputs, from, to), to - from);
        if (language()) {
          feeds.give(ENTROPY_UPSTREAM, Arrays.copyOfRange(dEntropy, from, to), to - from);
        }
        Map<String, INDArray> gradients = runner.gradients(feeds.arrays(), names);
        INDArray ofRows = checkNotNull(gradients.remove(ROWS));
        double[] values = HostArrays.doubles(ofRows);
        HostArrays.free(ofRows);
        for (int m = from; m < to; m++) {
          for (int c = 0; c < columns; c++) {
            upstream[index[m] * columns + c] += values[(m - from) * columns + c];
          }
        }
        gradients.forEach((name, gradient) -> {
          sums.add(name, gradient);
          HostArrays.free(gradient);
        });
      }
    }
    return upstream;
  }

  @Override
  public void close() {
    runner.close();
  }
}
