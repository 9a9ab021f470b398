package org.align4j.spark;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.cluster.ClusterTask;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.train.LocalLearner;
import org.align4j.algorithms.train.Replicas;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.core.engine.Engine;
import org.align4j.core.runtime.Resources;
import org.align4j.spark.link.Link;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executors of Apache Spark that sample, score and learn for runs, with the bits of one machine: a
 * sequence's random numbers depend on its number, a token's log-prob on nothing it is computed
 * with, and gradients are added up along a tree over shards. An executor that is lost costs time
 * only.
 */
public final class SparkCluster implements Cluster {

  private static final Logger LOG = LoggerFactory.getLogger(SparkCluster.class);

  /** Jobs of a barrier stage, each tried several times by Spark with as many executors. */
  private static final int BARRIER_JOBS = 3;

  private static final Duration START = Duration.ofMinutes(2);

  private final JavaSparkContext spark;
  private final Runnable onClose;
  private final Map<String, Double> costs = new TreeMap<>();
  private final ImmutableList<ExecutorFacts> facts;
  private final Set<FileSums> checked = new HashSet<>();
  private int expected;

  private SparkCluster(
      JavaSparkContext spark, int expected, ImmutableList<ExecutorFacts> facts, Runnable onClose) {
    this.spark = spark;
    this.expected = expected;
    this.facts = facts;
    this.onClose = onClose;
  }

  /**
   * The executors of a context, which stays the caller's to close.
   *
   * @throws IllegalArgumentException saying what is wrong with them, and what to set
   */
  public static SparkCluster of(JavaSparkContext spark) {
    SparkConf conf = spark.getConf();
    checkArgument(
        !spark.isLocal(),
        "the master is %s, one process: take local-cluster[2,1,4096] or a cluster",
        spark.master());
    checkArgument(
        !conf.getBoolean("spark.dynamicAllocation.enabled", false),
        "spark.dynamicAllocation.enabled is true: executors keep models, so their number is fixed;"
            + " set it to false");
    int wanted = SparkSettings.executors(conf);
    SparkCluster asking = new SparkCluster(spark, wanted, ImmutableList.of(), () -> {});
    asking.await(wanted, START);
    ImmutableList<ExecutorFacts> facts = ImmutableList.copyOf(asking.ask());
    ExecutorFacts.check(facts);
    return new SparkCluster(spark, asking.expected, facts, () -> {});
  }

  private List<ExecutorFacts> ask() {
    try {
      return barrier(context -> ExecutorFacts.here());
    } catch (IllegalStateException e) {
      checkArgument(
          !String.valueOf(e.getMessage()).contains("UnsupportedClassVersionError"),
          "the executors' Java is older than %s: point spark.executorEnv.JAVA_HOME to such a JDK",
          Runtime.version().feature());
      checkArgument(
          !String.valueOf(e.getMessage()).contains("ClassNotFoundException"),
          "the executors do not have the library's classes: name its jars in spark.jars, or put"
              + " them into spark.executor.extraClassPath");
      throw e;
    }
  }

  /** The same, which does this when it is closed. */
  SparkCluster closing(Runnable action) {
    return new SparkCluster(spark, expected, facts, action);
  }

  @Override
  public Replicas replicas(
      TrainConfig config, Engine engine, int maxPositions, LocalLearner mirror) {
    ExecutorFacts.checkMemory(facts, leastMemory(mirror));
    TrainConfig there = config.withAbsolutePaths();
    List<String> read = new ArrayList<>(there.input().model().stream().toList());
    there.input().teacher().ifPresent(read::add);
    ReplicaSpec spec =
        new ReplicaSpec(
            UUID.randomUUID().toString(),
            there.toTree().toString(),
            sameFiles(read),
            engine.name(),
            Budget.ofDriver(threads()),
            link());
    SparkLearner learner = new SparkLearner(this, spec, config.training(), mirror);
    boolean critic = ResolvedAlgorithm.of(config.training()).algorithm().needsCritic();
    return new Replicas(
        new SparkCompletions(this, learner, maxPositions),
        new SparkScorer(this, learner, SparkScorer.Part.REFERENCE),
        new SparkScorer(this, learner, SparkScorer.Part.POLICY),
        critic ? new SparkScorer(this, learner, SparkScorer.Part.CRITIC) : null,
        learner);
  }

  /**
   * What these files are, on every executor too.
   *
   * @throws IllegalArgumentException naming the executors that have others
   */
  private FileSums sameFiles(List<String> read) {
    FileSums sums = FileSums.of(read);
    if (!sums.sums().isEmpty() && !checked.contains(sums)) {
      for (Differences other : barrier(context -> Differences.here(sums))) {
        FileSums.refuse("executor %s on %s".formatted(other.executor, other.host), other.sentences);
      }
      checked.add(sums);
    }
    return sums;
  }

  /** How an executor's files differ. */
  private record Differences(String executor, String host, ArrayList<String> sentences)
      implements Serializable {

    static Differences here(FileSums sums) {
      ArrayList<String> sentences;
      try {
        sentences = new ArrayList<>(sums.differences());
      } catch (UncheckedIOException e) {
        sentences = new ArrayList<>(List.of(e.toString()));
      }
      return new Differences(SparkEnv.get().executorId(), Replica.host(), sentences);
    }
  }

  /** Weights, gradient and moments of what learns, the reference, a forward pass. */
  private static long leastMemory(LocalLearner mirror) {
    long trained =
        mirror.state().values().stream()
            .mapToLong(step -> step.network().parameters().size())
            .sum();
    long policy = mirror.state().values().asList().get(0).network().parameters().size();
    return Float.BYTES * (4 * trained + policy) + Resources.shared().memory();
  }

  private Link link() {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    SparkConf conf = spark.getConf();
    return new Link(
        secret,
        conf.getInt(SparkSettings.PORT, 0),
        conf.getInt("spark.port.maxRetries", 16),
        conf.getInt(SparkSettings.TIMEOUT, 600));
  }

  /** Where this process listens: behind a service or a container's port not at its name. */
  String driverAddress() {
    return spark.getConf().get("spark.driver.bindAddress", driverHost());
  }

  /** The name under which executors reach this process. */
  String driverHost() {
    return spark.getConf().get("spark.driver.host");
  }

  @Override
  public <T extends Serializable> ImmutableList<T> call(List<? extends ClusterTask<T>> tasks) {
    Budget budget = Budget.ofDriver(threads());
    List<Future<List<Answer<T>>>> jobs = new ArrayList<>();
    FileSums files = sameFiles(tasks.stream().flatMap(task -> task.files().stream()).toList());
    for (ClusterTask<T> task : tasks) {
      // A job each: of a job's only task Spark makes no copy that would write the same files.
      jobs.add(
          spark
              .parallelize(List.of(0), 1)
              .map(piece -> Replica.answerAlone(budget, files, task))
              .collectAsync());
    }
    ImmutableList.Builder<T> values = ImmutableList.builder();
    for (Future<List<Answer<T>>> job : jobs) {
      await(job).forEach(answer -> values.add(value("call", answer)));
    }
    return values.build();
  }

  private int threads() {
    return spark.getConf().getInt("spark.task.cpus", 1);
  }

  @Override
  public int executors() {
    return await(1, START);
  }

  /** The same once those that were lost have come back, or were waited for in vain. */
  private int allExecutors() {
    Duration patience = Duration.ofSeconds(spark.getConf().getInt(SparkSettings.EXECUTOR_WAIT, 60));
    expected = await(expected, patience);
    return expected;
  }

  /**
   * Waits for so many executors.
   *
   * @return how many there are, perhaps fewer, or more
   * @throws IllegalStateException where there is none
   */
  private int await(int wanted, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      // The driver is one of those that keep blocks.
      int count = spark.sc().getExecutorMemoryStatus().size() - 1;
      boolean late = System.nanoTime() > end;
      checkState(
          count > 0 || !late,
          "no executor has come for %s s: look into the logs of %s",
          patience.toSeconds(),
          spark.master());
      if (count >= wanted || late) {
        return count;
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while executors were waited for", e);
    }
  }

  /** An ordinary stage: a task for each share, done again elsewhere where an executor is lost. */
  <S extends Serializable, T extends Serializable> List<T> map(
      String name, List<S> shares, Function<S, Answer<T>> task) {
    List<T> values = new ArrayList<>();
    if (shares.isEmpty()) {
      return values;
    }
    for (Answer<T> answer :
        await(spark.parallelize(shares, shares.size()).map(task).collectAsync())) {
      values.add(value(name, answer));
    }
    return values;
  }

  private <T extends Serializable> T value(String name, Answer<T> answer) {
    T value = answer.value();
    checkState(value != null, "executor %s: %s", answer.executor(), answer.failure());
    cost(answer.executor(), name + "_seconds", answer.seconds());
    return value;
  }

  /** A stage of tasks that talk to one another, one on each executor there is. */
  <T extends Serializable> List<T> barrier(BarrierStage.Task<T> task) {
    IllegalStateException last = null;
    for (int job = 0; job < BARRIER_JOBS; job++) {
      try {
        return await(BarrierStage.submit(spark, allExecutors(), task));
      } catch (IllegalStateException e) {
        LOG.warn("A stage failed, and is tried with the executors there are now: {}", e.toString());
        last = e;
      }
    }
    throw new IllegalStateException(
        "the executors do not end a stage together: %s. Where a checkpoint was written, --resume goes"
                .formatted(last == null ? "" : last.getMessage())
            + " on from it",
        last);
  }

  private <T> T await(Future<T> job) {
    int limit = spark.getConf().getInt(SparkSettings.STAGE_TIMEOUT, 6 * 3600);
    try {
      return job.get(limit, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      job.cancel(true);
      throw new IllegalStateException(
          "a stage did not end within %s s: see %s".formatted(limit, SparkSettings.STAGE_TIMEOUT),
          e);
    } catch (ExecutionException | CancellationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalStateException(String.valueOf(cause.getMessage()), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      job.cancel(true);
      throw new IllegalStateException("interrupted in a stage", e);
    }
  }

  /** Adds to what an executor's work cost. */
  synchronized void cost(String executor, String name, double value) {
    costs.merge("executor/" + executor + "/" + name, value, Double::sum);
  }

  @Override
  public synchronized ImmutableMap<String, Double> costs() {
    ImmutableMap<String, Double> taken = ImmutableMap.copyOf(costs);
    costs.clear();
    return taken;
  }

  @Override
  public void close() {
    onClose.run();
  }
}
