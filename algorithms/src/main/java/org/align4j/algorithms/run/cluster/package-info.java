/**
 * Runs on more than one machine: what a cluster does for a run, and how one is found. Start at
 * {@link org.align4j.algorithms.run.cluster.Cluster}.
 */
@NullMarked
package org.align4j.algorithms.run.cluster;

import org.jspecify.annotations.NullMarked;
