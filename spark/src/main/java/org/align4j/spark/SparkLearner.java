package org.align4j.spark;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import org.align4j.algorithms.loss.EntropyController;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.Learner;
import org.align4j.algorithms.train.LocalLearner;
import org.align4j.algorithms.train.experience.TrainingBatch;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.spark.link.StateServer;

/**
 * Learns on the executors, one barrier stage a rollout batch. The driver keeps a mirror, which
 * takes an executor's state when somebody asks for it, and gives its own to all of them after
 * {@link #restore}.
 */
final class SparkLearner implements Learner {

  private static final long NO_SKIP = -1;

  private final SparkCluster cluster;
  private final ReplicaSpec spec;
  private final RlSettings settings;
  private final LocalLearner mirror;
  private final StateServer server;
  private NonFiniteGuard guard = NonFiniteGuard.STOP;
  private ImmutableList<String> executors = ImmutableList.of();
  private long version;

  SparkLearner(SparkCluster cluster, ReplicaSpec spec, RlSettings settings, LocalLearner mirror) {
    this.cluster = cluster;
    this.spec = spec;
    this.settings = settings;
    this.mirror = mirror;
    this.server =
        new StateServer(cluster.driverAddress(), cluster.driverHost(), mirror, spec.link());
  }

  ReplicaSpec spec() {
    return spec;
  }

  /** The version of the parameters that are sampled from and scored with. */
  long version() {
    return version;
  }

  /** Who has it. */
  ImmutableList<String> holders() {
    ImmutableList.Builder<String> holders = ImmutableList.builder();
    holders.addAll(executors);
    if (mirror.progress().version() == version) {
      holders.add(server.address());
    }
    return holders.build();
  }

  @Override
  public void update(
      TrainingBatch batch, int[] groups, long update, PhaseClock clock, MetricRow metrics) {
    clock.enter(Phase.POLICY_UPDATE);
    List<LearnTask.Learnt> learnt =
        learn(new LearnTask(spec, batch, groups, update, version, NO_SKIP, holders()));
    for (LearnTask.NotFinite met = learnt.get(0).notFinite();
        met != null;
        met = learnt.get(0).notFinite()) {
      NonFiniteException failure = met.open();
      if (!guard.skips(failure)) {
        throw failure;
      }
      long skip = learnt.get(0).version();
      learnt = learn(new LearnTask(spec, batch, groups, update, version, skip, holders()));
    }
    LearnTask.Learnt first = learnt.get(0);
    version = first.version();
    metrics.add(new MetricRow(first.sums(), first.counts()));
    clock.tokens(first.cost().policyTokens());
    if (first.cost().criticTokens() > 0) {
      clock.enter(Phase.CRITIC_UPDATE);
      clock.tokens(first.cost().criticTokens());
    }
  }

  private List<LearnTask.Learnt> learn(LearnTask task) {
    List<LearnTask.Learnt> learnt = cluster.barrier(task);
    executors =
        learnt.stream().map(LearnTask.Learnt::address).collect(ImmutableList.toImmutableList());
    LearnTask.Learnt first = learnt.get(0);
    for (LearnTask.Learnt one : learnt) {
      checkState(one.failure().isEmpty(), "executor %s: %s", one.executor(), one.failure());
      checkState(
          one.agrees(first),
          "executors %s and %s learnt differently (%s, %s): are their processors unlike?",
          first.executor(),
          one.executor(),
          first.sums(),
          one.sums());
      cluster.cost(one.executor(), "learn_seconds", one.cost().seconds());
      cluster.cost(one.executor(), "wait_seconds", one.cost().waitSeconds());
      cluster.cost(one.executor(), "exchange_seconds", one.cost().exchangeSeconds());
      cluster.cost(one.executor(), "step_seconds", one.cost().stepSeconds());
      cluster.cost(one.executor(), "sent_bytes", one.cost().sentBytes());
    }
    return learnt;
  }

  @Override
  public ImmutableMap<String, TrainStep> state() {
    if (mirror.progress().version() != version) {
      server.open(false);
      StateServer.take(version, executors, mirror, settings, spec.link());
      server.open(true);
    }
    return mirror.state();
  }

  @Override
  public EntropyController entropy() {
    var _ = state();
    return mirror.entropy();
  }

  @Override
  public void restore(EntropyController entropy) {
    mirror.restore(entropy);
    version = mirror.progress().version();
    executors = ImmutableList.of();
    server.open(true);
  }

  @Override
  public void guard(NonFiniteGuard value) {
    guard = value;
  }

  @Override
  public void close() {
    server.close();
    mirror.close();
  }
}
