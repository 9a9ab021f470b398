package org.align4j.algorithms.run.cluster;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.Serializable;
import java.util.List;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.train.LocalLearner;
import org.align4j.algorithms.train.Replicas;
import org.align4j.core.engine.Engine;
import org.align4j.core.registry.Services;

/** Other machines that sample, score and learn for runs, with the bits of this one. */
public interface Cluster extends AutoCloseable {

  /**
   * Replicas of a run's models. Each machine makes them from the configuration, whose files it must
   * find at the same paths.
   *
   * @param engine of the networks
   * @param maxPositions tokens a sequence of the policy may have
   * @param mirror this machine's learner, whose arrays are brought up to date where somebody asks
   *     for the state; closed with the replicas' learner
   */
  Replicas replicas(TrainConfig config, Engine engine, int maxPositions, LocalLearner mirror);

  /** How many executors there are now, one at least. */
  int executors();

  /** Independent work, one piece an executor at a time; what they answer, in their order. */
  <T extends Serializable> ImmutableList<T> call(List<? extends ClusterTask<T>> tasks);

  /**
   * What the executors' work cost since this was last asked, by names that begin with {@code
   * executor/}: seconds and bytes.
   */
  ImmutableMap<String, Double> costs();

  /** Gives the machines back. */
  @Override
  void close();

  /**
   * A cluster of a registered kind.
   *
   * @throws IllegalArgumentException where the kind's module is not on the class path
   */
  static Cluster open(String kind, String master) {
    ClusterProvider provider =
        Services.load("cluster", ClusterProvider.class, IllegalArgumentException::new).stream()
            .filter(known -> known.kind().equals(kind))
            .findFirst()
            .orElse(null);
    checkArgument(
        provider != null,
        "--%s %s: no module for it is on the class path: add align4j-%s",
        kind,
        master,
        kind);
    return provider.open(master);
  }
}
