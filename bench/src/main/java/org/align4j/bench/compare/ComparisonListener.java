package org.align4j.bench.compare;

import org.align4j.algorithms.train.StepReport;

/** Is told how far the comparison is. */
public interface ComparisonListener {

  /** The unmeasured first update of an algorithm begins. */
  void warmingUp(String algorithm);

  /** Held-out problems are being solved. */
  void evaluating(String what);

  /** A measured update is done. */
  void onStep(String algorithm, long seed, StepReport report);
}
