package org.align4j.algorithms.run;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which evaluation was the best so far, and for how many there was no better one. */
final class BestEvaluation {

  private final Optional<String> metric;
  private final int patience;
  private boolean any;
  private double value;
  private long step;
  private int since;

  /**
   * Nothing seen yet.
   *
   * @param metric that decides, empty for the first of an evaluation; a name that ends in loss is
   *     better when lower
   * @param patience evaluations without a better one that are borne; 0 for any number
   */
  BestEvaluation(Optional<String> metric, int patience) {
    this.metric = metric;
    this.patience = patience;
  }

  /** Takes an evaluation; answers whether it is better than all before it, by a trained model. */
  boolean observe(long at, Map<String, Double> row) {
    List<String> names = row.keySet().stream().filter(name -> name.startsWith("eval/")).toList();
    String name = metric.orElse(names.get(0));
    Double seen = row.get(name);
    checkArgument(seen != null, "evaluation.metric is %s: the evaluation has %s", name, names);
    boolean better = !any || (name.endsWith("loss") ? seen < value : seen > value);
    if (!better) {
      since++;
      return false;
    }
    any = true;
    value = seen;
    step = at;
    since = 0;
    return at > 0;
  }

  double value() {
    return value;
  }

  /** Of the best; 0 where that was the model that the run began with. */
  long step() {
    return step;
  }

  /** Whether to stop: there was no better one for long enough. */
  boolean isStale() {
    return patience > 0 && since >= patience;
  }
}
