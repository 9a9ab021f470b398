package org.align4j.spark;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.Serializable;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import org.align4j.algorithms.train.LocalLearner;
import org.align4j.algorithms.train.experience.TrainingBatch;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.report.PhaseTotals;
import org.align4j.algorithms.train.report.TrainingListener;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.algorithms.train.step.ShardExchange;
import org.align4j.models.policy.TokenSequence;
import org.align4j.spark.link.Mesh;
import org.align4j.spark.link.PeerLostException;
import org.align4j.spark.link.ShardFrame;
import org.align4j.spark.link.Sockets;
import org.apache.spark.BarrierTaskContext;
import org.jspecify.annotations.Nullable;

/**
 * One executor's part of learning from a rollout batch. Who lags behind first takes the state of
 * one that does not; then all go on from there together, so that an attempt that was ended is
 * continued.
 *
 * @param groups number of each sample's prompt
 * @param update number of the rollout batch
 * @param version of the parameters at its beginning
 * @param skip version at which a mini-batch that is not finite is left out; −1 for none
 * @param holders of that version, by address
 */
record LearnTask(
    ReplicaSpec spec,
    TrainingBatch batch,
    int[] groups,
    long update,
    long version,
    long skip,
    List<String> holders)
    implements BarrierStage.Task<LearnTask.Learnt> {

  /**
   * What became of it; the same on every executor but for what it cost.
   *
   * @param version of the parameters now
   * @param sums of the metrics
   * @param counts what each is divided by
   * @param notFinite what ended it, or null
   * @param failure a sentence where an exception ended it, else empty
   */
  record Learnt(
      String executor,
      String address,
      long version,
      ImmutableMap<String, Double> sums,
      ImmutableMap<String, Integer> counts,
      @Nullable NotFinite notFinite,
      String failure,
      Cost cost)
      implements Serializable {

    /** Whether the executors did the same. */
    boolean agrees(Learnt other) {
      return version == other.version && sums.equals(other.sums) && counts.equals(other.counts);
    }
  }

  /** A {@link NonFiniteException}. */
  record NotFinite(String message, @Nullable TokenSequence sequence, int column)
      implements Serializable {

    private static NotFinite of(NonFiniteException e) {
      return new NotFinite(String.valueOf(e.getMessage()), e.sequence(), e.column());
    }

    NonFiniteException open() {
      return new NonFiniteException(message, sequence, column);
    }
  }

  /**
   * What it cost.
   *
   * @param seconds all in all
   * @param waitSeconds of them for the others' gradients
   * @param exchangeSeconds of them to add gradients up
   * @param stepSeconds of them for the optimiser's steps
   * @param sentBytes of gradients
   * @param policyTokens computed by all executors
   * @param criticTokens likewise
   */
  record Cost(
      double seconds,
      double waitSeconds,
      double exchangeSeconds,
      double stepSeconds,
      long sentBytes,
      long policyTokens,
      long criticTokens)
      implements Serializable {}

  /** What executors tell one another at the beginning. */
  private record Introduction(String mesh, String state, long version) {

    static Introduction parse(String text) {
      String[] parts = text.split(" ", -1);
      return new Introduction(parts[0], parts[1], Long.parseLong(parts[2]));
    }

    String text() {
      return mesh + " " + state + " " + version;
    }
  }

  @Override
  public Learnt run(BarrierTaskContext context) {
    return Replica.use(spec, replica -> run(context, replica));
  }

  private Learnt run(BarrierTaskContext context, Replica replica) throws IOException {
    try (ServerSocket server = Sockets.listen(Replica.host(), spec.link())) {
      Introduction own =
          new Introduction(
              Replica.host() + ":" + server.getLocalPort(), replica.address(), replica.version());
      List<Introduction> all =
          Arrays.stream(context.allGather(own.text())).map(Introduction::parse).toList();
      catchUp(context, replica, all);
      int shards = replica.config().training().update().gradientShards();
      List<String> addresses = all.stream().map(Introduction::mesh).toList();
      try (Mesh mesh = new Mesh(context.partitionId(), addresses, shards, server, spec.link())) {
        return learn(replica, mesh);
      }
    }
  }

  private void catchUp(BarrierTaskContext context, Replica replica, List<Introduction> all) {
    long newest = all.stream().mapToLong(Introduction::version).max().orElseThrow();
    long wanted = Math.max(newest, version);
    if (all.stream().allMatch(one -> one.version() == wanted)) {
      return;
    }
    List<String> sources =
        newest < version
            ? holders
            : all.stream().filter(one -> one.version() == newest).map(Introduction::state).toList();
    replica.reach(wanted, sources);
    // Nobody learns while another still reads.
    context.barrier();
  }

  private Learnt learn(Replica replica, Mesh mesh) {
    LocalLearner learner = replica.learner();
    learner.exchange(mesh);
    learner.guard(failure -> learner.progress().version() == skip);
    PhaseClock clock = PhaseClock.start(TrainingListener.NONE, update);
    MetricRow row = new MetricRow();
    long start = System.nanoTime();
    NotFinite notFinite = null;
    String failure = "";
    try {
      replica.learn(() -> learner.update(batch, groups, update, clock, row));
    } catch (PeerLostException e) {
      throw e;
    } catch (NonFiniteException e) {
      notFinite = NotFinite.of(e);
    } catch (ShardFrame.FailedException e) {
      failure = String.valueOf(e.getMessage());
    } catch (RuntimeException e) {
      failure = e.toString();
      mesh.fail(e);
    } finally {
      learner.exchange(ShardExchange.ALONE);
    }
    PhaseTotals totals = clock.stop();
    return new Learnt(
        org.apache.spark.SparkEnv.get().executorId(),
        replica.address(),
        learner.progress().version(),
        row.sums(),
        row.counts(),
        notFinite,
        failure,
        new Cost(
            Replica.seconds(start),
            mesh.waitSeconds(),
            mesh.sumSeconds(),
            mesh.stepSeconds(),
            mesh.sentBytes(),
            totals.tokens(Phase.POLICY_UPDATE),
            totals.tokens(Phase.CRITIC_UPDATE)));
  }
}
