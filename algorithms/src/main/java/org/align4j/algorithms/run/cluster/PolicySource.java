package org.align4j.algorithms.run.cluster;

import java.io.Serializable;
import org.align4j.models.policy.Policy;

/**
 * Makes a policy that nobody trains, on any machine that has its files; equal sources, equal ones.
 */
public interface PolicySource extends Serializable {

  /** A new policy. */
  Policy load();
}
