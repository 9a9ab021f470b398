package org.align4j.spark;

import java.io.Serializable;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;

/**
 * What an executor computes with.
 *
 * @param threads of a task
 * @param memory of a network in bytes: bits depend on it
 * @param recompute whether activations are made again, on which bits depend too
 * @param precision of products, likewise
 */
record Budget(int threads, long memory, boolean recompute, Precision precision)
    implements Serializable {

  /** So many threads, and what the driver has besides. */
  static Budget ofDriver(int threads) {
    Resources own = Resources.shared();
    return new Budget(threads, own.memory(), own.recompute(), own.precision());
  }

  /** Makes it the process's. */
  void share() {
    Resources.share(threads, memory, recompute, precision);
  }
}
