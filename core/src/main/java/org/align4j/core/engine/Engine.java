package org.align4j.core.engine;

/** What interprets a network. */
public enum Engine {
  /** A stock SameDiff graph: runs on every ND4J backend, and is the oracle of the other. */
  SAMEDIFF,
  /** The static plan on Vector API kernels: the default on the CPU. */
  PLAN
}
