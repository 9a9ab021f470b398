package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import org.align4j.algorithms.settings.EvaluationSettings;

/** Which evaluation was the best so far, and for how many there was no better one. */
final class BestEvaluation {

  private final EvaluationSettings settings;
  private double value = Double.NEGATIVE_INFINITY;
  private int since;

  BestEvaluation(EvaluationSettings settings) {
    this.settings = settings;
  }

  /** Takes an evaluation; answers whether it is better than all before, of trained models. */
  boolean observe(long step, Map<String, Double> row) {
    Double metric = row.get(settings.metric());
    checkArgument(
        metric != null,
        "evaluation.metric is %s: the evaluation has %s",
        settings.metric(),
        row.keySet().stream().filter(name -> name.startsWith("eval/")).toList());
    if (metric > value) {
      value = metric;
      since = 0;
      return step > 0;
    }
    since++;
    return false;
  }

  double value() {
    return value;
  }

  /** Whether to stop: there was no better one for long enough. */
  boolean isStale() {
    return settings.patience() > 0 && since >= settings.patience();
  }
}
