/**
 * Runs on Apache Spark: executors sample, score and learn with the bits of one machine. Start at
 * {@link org.align4j.spark.SparkCluster}; {@code docs/cluster.md} says how it is used.
 */
@NullMarked
package org.align4j.spark;

import org.jspecify.annotations.NullMarked;
