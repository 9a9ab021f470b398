package org.align4j.bench.compare;

import java.util.Map;

/** Listens to the progress of the comparison. */
public interface ComparisonListener {

  /** The unmeasured first update of an algorithm begins. */
  void warmingUp(String algorithm);

  /** Held-out problems are being solved. */
  void evaluating(String what);

  /**
   * A measured update is done.
   *
   * @param row what was written into {@code metrics.jsonl}
   */
  void onStep(String algorithm, long seed, Map<String, Double> row);

  /** Something that the user should know. */
  void onMessage(String message);
}
