package org.align4j.algorithms.train;

import java.util.Arrays;
import org.align4j.algorithms.loss.LossResult;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Scores;
import org.align4j.core.optim.AdamW;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.optim.UpdateReport;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A network and its optimiser: one optimiser step from a packed mini-batch and a loss. */
final class NetworkUpdater implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NetworkUpdater.class);

  private final String name;
  private final Network network;
  private final AdamW optimizer;

  NetworkUpdater(String name, Network network, AdamWSettings settings) {
    this.name = name;
    this.network = network;
    this.optimizer =
        new AdamW(network.parameters(), settings, java.util.List.of(ParameterGroup.withoutDecay()));
  }

  /** The loss of one micro-batch. */
  @FunctionalInterface
  interface Loss {
    /**
     * Loss and gradient of some rows of the mini-batch.
     *
     * @param rows which rows of what was packed, {@code [b]}
     * @param outputs of the network at these rows' columns, {@code [b][T]}
     * @param entropy likewise; all 0 for a scalar head
     */
    LossResult of(int[] rows, float[][] outputs, float[][] entropy);
  }

  Network network() {
    return network;
  }

  /** Tokens of one micro-batch: as many as asked for, but no more than the network takes best. */
  int tokens(int budget) {
    return Math.min(budget, network.preferredTokens());
  }

  AdamW optimizer() {
    return optimizer;
  }

  /** Forward, loss and backward of every micro-batch, then one optimiser step. */
  UpdateReport update(PackedSequences packed, Loss loss, double learningRate) {
    network.gradients().zero();
    for (MicroBatch batch : packed.batches()) {
      accumulate(batch, packed, loss);
    }
    UpdateReport report = optimizer.update(network.gradients(), learningRate);
    if (report.applied()) {
      network.parametersChanged();
    } else {
      LOG.warn(
          "{}: the gradient norm is {}, the optimiser step is skipped",
          name,
          report.gradientNorm());
    }
    return report;
  }

  private void accumulate(MicroBatch batch, PackedSequences packed, Loss loss) {
    Scores scores = network.forward(batch.batch());
    float[][] outputs = packed.zeros();
    float[][] entropy = packed.zeros();
    batch.scatter(scores.outputs(), outputs);
    if (scores.entropy().length > 0) {
      batch.scatter(scores.entropy(), entropy);
    }
    int[] rows = Arrays.stream(batch.sequences()).distinct().toArray();
    LossResult result = loss.of(rows, Columns.pick(outputs, rows), Columns.pick(entropy, rows));
    float[] gradient = batch.gather(spread(Columns.rows(result.gradient()), rows, packed));
    var entropyGradient = result.entropyGradient();
    network.backward(
        gradient,
        entropyGradient == null
            ? null
            : batch.gather(spread(Columns.rows(entropyGradient), rows, packed)));
  }

  /** Rows {@code [b][T]} back at their places in {@code [B][T]}. */
  private static float[][] spread(float[][] values, int[] rows, PackedSequences packed) {
    float[][] all = new float[packed.sequences().size()][];
    for (int i = 0; i < rows.length; i++) {
      all[rows[i]] = values[i];
    }
    return all;
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
