package org.align4j.algorithms.registry;

/** Something found by its name, such as an estimator or a loss. */
public interface Named {

  /** The name it is registered under: lower case, words joined by hyphens. */
  String name();
}
