package org.align4j.algorithms.run.cluster;

import java.io.Serializable;

/**
 * Work that an executor does by itself. It may be begun again, on another executor, where one was
 * lost.
 */
@FunctionalInterface
public interface ClusterTask<T extends Serializable> extends Serializable {

  /** Does it, with the process's own threads and memory. */
  T call();
}
