package org.align4j.core.plan.run;

/** Where a cache keeps the keys and values of one attention, in an engine's own memory. */
public interface CacheStore {

  /** Makes room for more rows; those there are keep what they hold. */
  void grow(int rows);

  /** Copies rows {@code [from, from + count)} to another place, whole blocks; they may overlap. */
  void copyBlocks(int from, int to, int count);
}
