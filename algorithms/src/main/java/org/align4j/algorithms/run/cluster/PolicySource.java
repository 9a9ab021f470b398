package org.align4j.algorithms.run.cluster;

import java.io.Serializable;
import java.util.List;
import org.align4j.models.policy.Policy;

/**
 * Makes a policy that nobody trains, on any machine that has its files; equal sources, equal ones.
 */
public interface PolicySource extends Serializable {

  /** A new policy. */
  Policy load();

  /** Files and model folders that it reads. */
  default List<String> files() {
    return List.of();
  }
}
