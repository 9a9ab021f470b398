package org.align4j.spark;

import static com.google.common.base.Preconditions.checkNotNull;
import static com.google.common.base.Preconditions.checkState;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.align4j.algorithms.run.RunModels;
import org.align4j.algorithms.run.cluster.ClusterTask;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.train.LocalLearner;
import org.align4j.algorithms.train.Replicas;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;
import org.align4j.models.generate.Generator;
import org.align4j.models.policy.PackedSequences;
import org.align4j.spark.link.PeerLostException;
import org.align4j.spark.link.StateServer;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/**
 * A run's models in an executor, kept from task to task: made from the run's files, then brought up
 * to date by learning with the others or by taking another's state. One task at a time uses them.
 */
final class Replica {

  /** Tasks take turns: one that was given up may still be at work. */
  private static final ReentrantLock TURN = new ReentrantLock();

  private static final int SECONDS_OF_A_TURN = 600;

  private static @Nullable Replica current;
  private static @Nullable Budget shared;

  private final ReplicaSpec spec;
  private final TrainConfig config;
  private final RunModels models;
  private final LocalLearner learner;
  private final Generator generator;
  private final StateServer server;
  private boolean broken;

  private Replica(ReplicaSpec spec) {
    share(spec.budget());
    FileSums.refuse("its files", spec.files().differences());
    this.spec = spec;
    try {
      this.config = TrainConfig.fromTree(JsonFiles.mapper().readTree(spec.config()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the run's configuration is no JSON", e);
    }
    this.models = RunModels.load(config, Engine.of(spec.engine()));
    this.learner = new LocalLearner(config.training(), models.networks(config));
    this.generator = models.policy().generator(config.training().rollout().size());
    this.server = new StateServer(host(), host(), learner, spec.link());
  }

  /** Threads and memory are the process's, and the first run's for good. */
  private static void share(Budget budget) {
    if (shared == null) {
      budget.share();
      shared = budget;
    }
    checkState(
        shared.memory() == budget.memory()
            && shared.recompute() == budget.recompute()
            && shared.precision() == budget.precision(),
        "this executor began with %s, the run has %s: take new executors",
        shared,
        budget);
  }

  /** What a task does with a replica. */
  @FunctionalInterface
  interface Work<T extends Serializable> {
    T with(Replica replica) throws Exception;
  }

  /**
   * Work on this executor's replica of a run, which is made where there is none. What trying again
   * would not help is in the answer; a lost peer is thrown, and Spark tries the task again.
   */
  static <T extends Serializable> Answer<T> answer(ReplicaSpec spec, Work<T> work) {
    return answer(() -> use(spec, work));
  }

  /** The same for work without a replica. */
  static <T extends Serializable> Answer<T> answerAlone(
      Budget budget, FileSums files, ClusterTask<T> task) {
    return answer(() ->
        inTurn(
            SECONDS_OF_A_TURN,
            () -> {
              share(budget);
              FileSums.refuse("its files", files.differences());
              return task.call();
            }));
  }

  private static <T extends Serializable> Answer<T> answer(Supplier<T> work) {
    String executor = SparkEnv.get().executorId();
    long start = System.nanoTime();
    try {
      return new Answer<>(executor, work.get(), "", seconds(start));
    } catch (PeerLostException e) {
      throw e;
    } catch (RuntimeException e) {
      return new Answer<>(executor, null, host() + ": " + e, seconds(start));
    }
  }

  /** The same without an answer for failures. */
  static <T extends Serializable> T use(ReplicaSpec spec, Work<T> work) {
    return inTurn(spec.link().timeoutSeconds(), () -> work.with(of(spec)));
  }

  private static <T> T inTurn(int seconds, Callable<T> work) {
    try {
      if (!TURN.tryLock(seconds, TimeUnit.SECONDS)) {
        throw new PeerLostException(
            "an earlier task of this executor does not end", new IllegalStateException());
      }
      try {
        return work.call();
      } finally {
        TURN.unlock();
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new PeerLostException("a task was ended: " + e, e);
    }
  }

  private static Replica of(ReplicaSpec spec) {
    Replica known = current;
    if (known != null && known.spec.run().equals(spec.run())) {
      return known;
    }
    if (known != null) {
      current = null;
      known.close();
    }
    Replica made = new Replica(spec);
    current = made;
    return made;
  }

  /** The name under which Spark reaches this executor. */
  static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }

  static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  /** The version of its parameters; −1 where they are none. */
  long version() {
    return broken ? -1 : learner.progress().version();
  }

  /** Where its state is given away. */
  String address() {
    return server.address();
  }

  /** Brings it to a version at least, by another machine's state where it lags behind. */
  void reach(long version, List<String> holders) {
    if (version() >= version) {
      return;
    }
    server.open(false);
    broken = true;
    StateServer.take(version, holders, learner, config.training(), spec.link());
    broken = false;
    server.open(true);
  }

  /** Learns; gives no state away meanwhile. */
  void learn(Runnable lessons) {
    server.open(false);
    try {
      lessons.run();
    } finally {
      server.open(true);
    }
  }

  TrainConfig config() {
    return config;
  }

  LocalLearner learner() {
    return learner;
  }

  Generator generator() {
    return generator;
  }

  /** What scores in this part of an iteration. */
  Function<PackedSequences, float[][]> scorer(SparkScorer.Part part) {
    return switch (part) {
      case REFERENCE -> models.networks(config).reference();
      case POLICY -> Replicas.scores(models.policy().network());
      case CRITIC ->
          Replicas.scores(checkNotNull(models.critic(), "the algorithm has no critic").network());
    };
  }

  private void close() {
    server.close();
    learner.close();
    models.close();
  }
}
