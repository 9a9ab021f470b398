package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.align4j.algorithms.loss.EntropyController;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.algorithms.train.experience.TrainingBatch;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.algorithms.train.step.ShardExchange;
import org.align4j.algorithms.train.step.Sharding;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.algorithms.train.update.CriticUpdate;
import org.align4j.algorithms.train.update.DivergenceUpdate;
import org.align4j.algorithms.train.update.MiniBatches;
import org.align4j.algorithms.train.update.PolicyUpdate;
import org.align4j.core.engine.Divergence;
import org.align4j.core.engine.Network;
import org.align4j.core.optim.AdamWSettings;
import org.jspecify.annotations.Nullable;

/**
 * Learns in this process, all shards of a mini-batch or, with an exchange, some. An update that an
 * exception ended goes on, asked for again, with the turn that was not done.
 *
 * <p>The critic starts with random values, so its first advantages are noise of the size of its
 * head, which whitening turns into a return-to-go like REINFORCE++'s; {@code critic.warmupUpdates}
 * rollout batches may train it alone first.
 */
public final class LocalLearner implements Learner {

  private final RlSettings settings;
  private final double ratioTolerance;
  private final TrainStep policy;
  private final @Nullable TrainStep critic;
  private final PolicyUpdate policyUpdate;
  private final @Nullable DivergenceUpdate divergenceUpdate;
  private final @Nullable CriticUpdate criticUpdate;
  private ShardExchange exchange = ShardExchange.ALONE;
  private Progress progress = new Progress(0, 0, 0, new MetricRow());

  /**
   * How far it is.
   *
   * @param version turns done since the beginning; a turn is an optimiser step of one network.
   *     Equal versions of a run have equal parameters
   * @param update the rollout batch that is learnt from, or was last
   * @param turns done of this update
   * @param metrics of these turns
   */
  public record Progress(long version, long update, int turns, MetricRow metrics) {

    private Progress begin(long next) {
      return new Progress(version, next, 0, new MetricRow());
    }

    private Progress turned() {
      return new Progress(version + 1, update, turns + 1, metrics);
    }
  }

  /**
   * A learner at its beginning.
   *
   * @throws IllegalArgumentException for a critic or teacher that the settings need and that is
   *     missing
   */
  public LocalLearner(RlSettings settings, RlModels models) {
    ResolvedAlgorithm resolved = ResolvedAlgorithm.of(settings);
    AdamWSettings optimizer = settings.update().optimizer();
    this.settings = settings;
    this.ratioTolerance = models.ratioTolerance();
    Network trained =
        resolved.algorithm().needsCritic() ? models.requireCritic(settings.algorithm()) : null;
    this.policy = new TrainStep("policy", models.policy(), optimizer, settings.update().emaDecay());
    this.policyUpdate = new PolicyUpdate(policy, resolved.objective(), settings);
    this.divergenceUpdate =
        settings.distillation().divergence().isEmpty()
            ? null
            : new DivergenceUpdate(
                policy,
                models.requireTeacher(),
                new Divergence(settings.distillation().divergence().getAsDouble()),
                resolved.objective(),
                settings);
    this.critic = trained == null ? null : new TrainStep("critic", trained, optimizer);
    this.criticUpdate =
        critic == null ? null : new CriticUpdate(critic, resolved.valueLoss(), settings);
  }

  @Override
  public void update(
      TrainingBatch batch, int[] groups, long update, PhaseClock clock, MetricRow metrics) {
    if (progress.update() != update) {
      progress = progress.begin(update);
    }
    List<Consumer<MetricRow>> turns = turns(batch, groups, update, clock);
    while (progress.turns() < turns.size()) {
      turns.get(progress.turns()).accept(progress.metrics());
      progress = progress.turned();
    }
    metrics.add(progress.metrics());
    metrics.mean(Metric.ACTOR_LR, rate(settings.update().learningRate(), update));
    if (critic != null) {
      metrics.mean(Metric.CRITIC_LR, rate(settings.critic().learningRate(), update));
    }
  }

  private List<Consumer<MetricRow>> turns(
      TrainingBatch batch, int[] groups, long update, PhaseClock clock) {
    double actorRate = rate(settings.update().learningRate(), update);
    double criticRate = rate(settings.critic().learningRate(), update);
    Sharding sharding = new Sharding(settings.update().gradientShards(), exchange);
    List<Consumer<MetricRow>> turns = new ArrayList<>();
    for (int epoch = 0; epoch < settings.update().epochs(); epoch++) {
      long pass = (update - 1) * settings.update().epochs() + epoch;
      for (int[] rows :
          MiniBatches.of(groups, settings.update().samples(), settings.seed(), pass)) {
        if (criticUpdate != null) {
          turns.add(row -> criticUpdate.run(batch.pick(rows), criticRate, sharding, clock, row));
        }
        if (divergenceUpdate != null) {
          turns.add(row -> divergenceUpdate.run(batch.pick(rows), actorRate, sharding, clock, row));
        } else if (criticUpdate == null || update > settings.critic().warmupUpdates()) {
          turns.add(row -> policyTurn(batch.pick(rows), actorRate, sharding, clock, row));
        }
      }
    }
    return turns;
  }

  private void policyTurn(
      TrainingBatch batch, double rate, Sharding sharding, PhaseClock clock, MetricRow metrics) {
    double deviation = policyUpdate.run(batch, rate, sharding, clock, metrics);
    if (!metrics.has(Metric.RATIO_DEVIATION)) {
      checkRatio(deviation);
      metrics.mean(Metric.RATIO_DEVIATION, deviation);
    }
  }

  /** Before the first update of a rollout batch the policy is the old one: ρ is 1. */
  private void checkRatio(double deviation) {
    checkState(
        deviation <= ratioTolerance,
        "|ρ − 1| is %s before the first update, %s is allowed: the generator does not sample from"
            + " the policy that is trained",
        deviation,
        ratioTolerance);
  }

  /** Of this rollout batch, counted from 1: none is sampled to be learnt from at rate 0. */
  private double rate(double peak, long update) {
    return settings.update().schedule(peak).at(update);
  }

  /** From now on shards are computed elsewhere too. */
  public void exchange(ShardExchange value) {
    exchange = value;
  }

  @Override
  public ImmutableMap<String, TrainStep> state() {
    return critic == null
        ? ImmutableMap.of("policy", policy)
        : ImmutableMap.of("policy", policy, "critic", critic);
  }

  /** How far it is. */
  public Progress progress() {
    return progress;
  }

  @Override
  public EntropyController entropy() {
    return policyUpdate.entropy();
  }

  @Override
  public void restore(EntropyController entropy) {
    restore(entropy, new Progress(progress.version() + 1, 0, 0, new MetricRow()));
  }

  /** The same as far as another learner was. */
  public void restore(EntropyController entropy, Progress reached) {
    policyUpdate.restore(entropy);
    progress = reached;
  }

  @Override
  public void guard(NonFiniteGuard guard) {
    policy.guard(guard);
    if (critic != null) {
      critic.guard(guard);
    }
  }

  @Override
  public void close() {
    policy.close();
    if (critic != null) {
      critic.close();
    }
  }
}
