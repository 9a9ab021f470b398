package org.align4j.algorithms.train;

import java.util.List;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Scores;
import org.align4j.core.optim.AdamW;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.optim.UpdateReport;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network and its optimiser. One step is: forward, loss and backward of every micro-batch, whose
 * gradients add up; clip; apply. Policies, critics and reward models all learn by it.
 */
final class TrainStep implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TrainStep.class);

  private final String name;
  private final Network network;
  private final AdamW optimizer;

  /**
   * A step that has done nothing yet.
   *
   * @param name of the network in messages and files
   */
  TrainStep(String name, Network network, AdamWSettings settings) {
    this.name = name;
    this.network = network;
    this.optimizer =
        new AdamW(
            network.parameters(),
            settings,
            List.of(ParameterGroup.withoutDecay()),
            network.resources());
  }

  /** The loss of a batch, one micro-batch at a time. */
  @FunctionalInterface
  interface Loss {
    /** What the loss makes of the outputs of a micro-batch. */
    Coefficients of(MicroBatch batch, Scores scores);
  }

  /**
   * The loss's derivatives.
   *
   * @param outputs ∂loss/∂outputs {@code [M]}
   * @param entropy ∂loss/∂entropy {@code [M]}, or null
   */
  record Coefficients(float[] outputs, float @Nullable [] entropy) {}

  Network network() {
    return network;
  }

  AdamW optimizer() {
    return optimizer;
  }

  /** Tokens of one micro-batch: as many as asked for, but no more than the network takes best. */
  int tokens(int budget) {
    return Math.min(budget, network.preferredTokens());
  }

  /** Tokens that a step computes: what several sequences begin with counts once. */
  static long computed(PackedSequences packed) {
    return packed.batches().stream().mapToLong(b -> b.batch().tokens().length).sum();
  }

  /** One optimiser step on a batch. Gradients that are not finite change nothing. */
  UpdateReport run(PackedSequences packed, Loss loss, double learningRate) {
    network.gradients().zero();
    for (MicroBatch batch : packed.batches()) {
      Scores scores = network.forward(batch.batch());
      Coefficients coefficients = loss.of(batch, scores);
      network.backward(coefficients.outputs(), coefficients.entropy());
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

  @Override
  public void close() {
    optimizer.close();
  }
}
