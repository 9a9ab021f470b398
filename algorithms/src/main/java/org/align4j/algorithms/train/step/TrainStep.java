package org.align4j.algorithms.train.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
    this.check = new FiniteCheck(name, network::parameters);
    this.optimizer = network.optimiser(settings, List.of(ParameterGroup.withoutDecay()));
    this.average = emaDecay == 0 ? null : new MovingAverage(network::parameters, emaDecay);
  }

  /** Adds the gradient of a micro-batch. */
  @FunctionalInterface
  public interface Pass {
    /** Forward, loss, backward. */
    void run(MicroBatch batch);
  }

  /**
   * What rows of a mini-batch teach.
   *
   * @param pass adds a micro-batch's gradient and statistics
   * @param statistics of all micro-batches, asked for at their end
   */
  public record Lesson(PackedSequences packed, Pass pass, Supplier<LossStatistics> statistics) {}

  /** What rows of a mini-batch teach, by their numbers. */
  @FunctionalInterface
  public interface Lessons {
    /** Made right before it is learnt. */
    Lesson of(int[] rows);
  }

  /**
   * What a step did.
   *
   * @param statistics of all shards; of a step that was left out, only the tokens computed here
   */
  public record Outcome(UpdateReport report, LossStatistics statistics) {}

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
    Lesson lesson = lesson(packed, loss, new LossStatistics());
    return run(0, rows -> lesson, Sharding.NONE, learningRate).report();
  }

  /**
   * One optimiser step on a mini-batch that is cut into shards, of which only some may be computed
   * here.
   *
   * @param rows of the mini-batch
   * @param lessons what some of its rows teach; shard s of S has rows {@code [s·rows/S,
   *     (s+1)·rows/S)}
   * @throws NonFiniteException as {@link #run(PackedSequences, Loss, double)} does
   */
  public Outcome run(int rows, Lessons lessons, Sharding sharding, double learningRate) {
    List<LossStatistics> own = new ArrayList<>();
    try {
      return checked(rows, lessons, sharding, learningRate, own);
    } catch (NonFiniteException e) {
      if (!guard.skips(e)) {
        throw e;
      }
      LossStatistics cost = new LossStatistics();
      own.forEach(shard -> cost.computed(shard.tokens()));
      return new Outcome(new UpdateReport(Double.NaN, learningRate, false), cost);
    }
  }

  private Outcome checked(
      int rows, Lessons lessons, Sharding sharding, double learningRate, List<LossStatistics> own) {
    NonFiniteException failure = accumulate(rows, lessons, sharding, own);
    LossStatistics all = new LossStatistics();
    sharding.exchange().gather(own, failure).forEach(all::join);
    sharding.exchange().sum(network.gradients());
    UpdateReport report = optimizer.update(learningRate);
    check.gradients(report.gradientNorm(), network.gradients());
    if (average != null) {
      average.update();
    }
    return new Outcome(report, all);
  }

  /** The gradient of the shards here, and what ended them early. */
  private @Nullable NonFiniteException accumulate(
      int rows, Lessons lessons, Sharding sharding, List<LossStatistics> own) {
    ShardExchange.Range range = sharding.exchange().own(sharding.shards());
    network.gradients().zero();
    try (GradientTree tree = new GradientTree(network.gradients())) {
      for (int shard = range.from(); shard < range.to(); shard++) {
        if (shard > range.from()) {
          network.gradients().zero();
        }
        NonFiniteException failure = learn(lessons.of(sharding.rows(shard, rows)), own);
        if (failure != null) {
          return failure;
        }
        tree.add(shard == range.to() - 1);
      }
    }
    return null;
  }

  private static @Nullable NonFiniteException learn(Lesson lesson, List<LossStatistics> own) {
    LossStatistics statistics = new LossStatistics();
    try {
      lesson.packed().batches().forEach(lesson.pass()::run);
      statistics = lesson.statistics().get();
      return null;
    } catch (NonFiniteException e) {
      return e;
    } finally {
      statistics.computed(computed(lesson.packed()));
      own.add(statistics);
    }
  }

  /** What rows of a mini-batch teach by a loss. */
  public Lesson lesson(PackedSequences packed, Loss loss, LossStatistics statistics) {
    return new Lesson(packed, pass(packed, loss), () -> statistics);
  }

  /** The same from a teacher: the divergence from it, with these weights of the tokens. */
  public Lesson lesson(PackedSequences packed, Teaching teaching) {
    return new Lesson(
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
        teaching::statistics);
  }

  private Pass pass(PackedSequences packed, Loss loss) {
    return batch -> {
      Scores scores = network.forward(batch.batch());
      check.values("output", scores.outputs(), batch, packed);
      Coefficients coefficients = loss.of(batch, scores);
      check.values("gradient of the loss", coefficients.outputs(), batch, packed);
      network.backward(coefficients.outputs(), coefficients.entropy());
    };
  }

  /**
   * What is learnt from a teacher.
   *
   * @param weights of the tokens' divergences in the loss, {@code [B][T]}
   * @param values the divergences, written, {@code [B][T]}
   */
  public record Teaching(
      Network teacher, Divergence divergence, float[][] weights, float[][] values) {

    private LossStatistics statistics() {
      LossStatistics sum = new LossStatistics();
      for (int b = 0; b < values.length; b++) {
        for (int t = 0; t < values[b].length; t++) {
          sum.add((double) weights[b][t] * values[b][t]);
        }
      }
      return sum;
    }
  }

  @Override
  public void close() {
    optimizer.close();
    if (average != null) {
      average.close();
    }
  }
}
