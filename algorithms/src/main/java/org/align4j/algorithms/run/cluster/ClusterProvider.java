package org.align4j.algorithms.run.cluster;

/** Opens clusters of one kind; registered as a service. */
public interface ClusterProvider {

  /** The kind, such as {@code spark}. */
  String kind();

  /**
   * Connects.
   *
   * @param master where to, in the words of this kind: {@code local-cluster[2,1,4096]}
   * @throws IllegalArgumentException saying what is wrong with the master, or with the machines
   */
  Cluster open(String master);
}
