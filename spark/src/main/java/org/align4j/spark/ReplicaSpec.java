package org.align4j.spark;

import java.io.Serializable;
import org.align4j.spark.link.Link;

/**
 * What an executor needs to make a run's models, and to be trusted by the others.
 *
 * @param run a name that no other run of the cluster has
 * @param config the run's configuration as JSON
 * @param files that it reads, as the driver has them
 * @param engine of the networks
 * @param budget of its networks
 * @param link how executors reach one another
 */
record ReplicaSpec(
    String run, String config, FileSums files, String engine, Budget budget, Link link)
    implements Serializable {}
