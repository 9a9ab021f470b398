package org.align4j.algorithms.run.cluster;

import java.io.Serializable;
import java.util.List;

/**
 * Work that an executor does by itself. It may be begun again, on another executor, where one was
 * lost.
 */
@FunctionalInterface
public interface ClusterTask<T extends Serializable> extends Serializable {

  /** Does it, with the process's own threads and memory. */
  T call();

  /** Files and model folders that it reads: an executor's must be the driver's. */
  default List<String> files() {
    return List.of();
  }
}
