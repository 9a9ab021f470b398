package org.align4j.algorithms.train.step;

import java.util.List;
import java.util.Optional;
import org.align4j.core.engine.Divergence;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.engine.Scores;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.jspecify.annotations.Nullable;

/**
 * A network and its optimiser. One step is: forward, loss and backward of every micro-batch, whose
 * gradients add up; clip; apply. Policies, critics and reward models all learn by it.
 */
public final class TrainStep implements AutoCloseable {

  private final Network network;
  private final FiniteCheck check;
  private final Optimiser optimizer;
  private final @Nullable MovingAverage average;
  private NonFiniteGuard guard = NonFiniteGuard.STOP;

  /**
   * A step that has done nothing yet.
   *
   * @param name of the network in messages and files
   */
  public TrainStep(String name, Network network, AdamWSettings settings) {
    this(name, network, settings, 0);
  }

  /**
   * A step that also keeps a moving average of the parameters.
   *
   * @param emaDecay of the average; 0 for none
   */
  public TrainStep(String name, Network network, AdamWSettings settings, double emaDecay) {
    this.network = network;
    this.check = new FiniteCheck(name, network.parameters());
    this.optimizer = network.optimiser(settings, List.of(ParameterGroup.withoutDecay()));
    this.average = emaDecay == 0 ? null : new MovingAverage(network.parameters(), emaDecay);
  }

  /** Adds the gradient of a micro-batch. */
  @FunctionalInterface
  private interface Pass {
    void run(MicroBatch batch);
  }

  /** The loss of a batch, one micro-batch at a time. */
  @FunctionalInterface
  public interface Loss {
    /** What the loss makes of the outputs of a micro-batch. */
    Coefficients of(MicroBatch batch, Scores scores);
  }

  /**
   * The loss's derivatives.
   *
   * @param outputs ∂loss/∂outputs {@code [M]}
   * @param entropy ∂loss/∂entropy {@code [M]}, or null
   */
  public record Coefficients(float[] outputs, float @Nullable [] entropy) {}

  public Network network() {
    return network;
  }

  public Optimiser optimizer() {
    return optimizer;
  }

  /** The moving average of the parameters, where one is kept. */
  public Optional<Parameters> average() {
    return Optional.ofNullable(average).map(MovingAverage::parameters);
  }

  /** Tokens of one micro-batch: as many as asked for, but no more than the network takes best. */
  public int tokens(int budget) {
    return Math.min(budget, network.preferredTokens());
  }

  /** Tokens that a step computes: a shared prefix counts once. */
  public static long computed(PackedSequences packed) {
    return packed.batches().stream().mapToLong(b -> b.batch().tokens().length).sum();
  }

  /** What becomes of updates that met a number which is not finite. */
  public void guard(NonFiniteGuard value) {
    guard = value;
  }

  /**
   * One optimiser step on a batch.
   *
   * @throws NonFiniteException for a number that is not finite, unless the guard skips the step;
   *     nothing has changed either way
   */
  public UpdateReport run(PackedSequences packed, Loss loss, double learningRate) {
    return run(
        packed,
        batch -> {
          Scores scores = network.forward(batch.batch());
          check.values("output", scores.outputs(), batch, packed);
          Coefficients coefficients = loss.of(batch, scores);
          check.values("gradient of the loss", coefficients.outputs(), batch, packed);
          network.backward(coefficients.outputs(), coefficients.entropy());
        },
        learningRate);
  }

  /** The same from a teacher: the divergence from it, with these weights of the tokens. */
  public UpdateReport distill(PackedSequences packed, Teaching teaching, double learningRate) {
    return run(
        packed,
        batch -> {
          float[] divergences =
              network.distill(
                  batch.batch(),
                  teaching.teacher(),
                  teaching.divergence(),
                  batch.gather(teaching.weights()));
          check.values("divergence", divergences, batch, packed);
          batch.scatter(divergences, teaching.values());
        },
        learningRate);
  }

  /**
   * What is learnt from a teacher.
   *
   * @param weights of the tokens' divergences in the loss, {@code [B][T]}
   * @param values the divergences, written, {@code [B][T]}
   */
  public record Teaching(
      Network teacher, Divergence divergence, float[][] weights, float[][] values) {}

  private UpdateReport run(PackedSequences packed, Pass pass, double learningRate) {
    try {
      return checked(packed, pass, learningRate);
    } catch (NonFiniteException e) {
      if (!guard.skips(e)) {
        throw e;
      }
      return new UpdateReport(Double.NaN, learningRate, false);
    }
  }

  private UpdateReport checked(PackedSequences packed, Pass pass, double learningRate) {
    network.gradients().zero();
    packed.batches().forEach(pass::run);
    UpdateReport report = optimizer.update(learningRate);
    check.gradients(report.gradientNorm(), network.gradients());
    if (average != null) {
      average.update();
    }
    return report;
  }

  @Override
  public void close() {
    optimizer.close();
    if (average != null) {
      average.close();
    }
  }
}
