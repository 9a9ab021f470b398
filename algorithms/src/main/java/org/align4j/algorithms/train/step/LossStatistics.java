package org.align4j.algorithms.train.step;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.align4j.algorithms.loss.LossResult;

/** Loss, statistics and cost of rows of a mini-batch: sums, joined in the order they come. */
public final class LossStatistics {

  private double loss;
  private ImmutableMap<String, Double> values;
  private long tokens;

  /** Of no rows. */
  public LossStatistics() {
    this(0, ImmutableMap.of(), 0);
  }

  /** Of rows that were added up elsewhere. */
  public LossStatistics(double loss, Map<String, Double> values, long tokens) {
    this.loss = loss;
    this.values = ImmutableMap.copyOf(values);
    this.tokens = tokens;
  }

  /** Adds a micro-batch's, and answers it. */
  public LossResult add(LossResult result) {
    add(result.loss());
    values = LossResult.join(values, result.statistics());
    return result;
  }

  /** Adds a loss alone. */
  public void add(double value) {
    loss += value;
  }

  /** Counts tokens that are computed; a shared prefix once. */
  public void computed(long count) {
    tokens += count;
  }

  /** Adds other rows'. */
  void join(LossStatistics other) {
    loss += other.loss;
    values = LossResult.join(values, other.values);
    tokens += other.tokens;
  }

  public double loss() {
    return loss;
  }

  /** Everything but the loss, by name. */
  public ImmutableMap<String, Double> values() {
    return values;
  }

  /** Tokens that were computed. */
  public long tokens() {
    return tokens;
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** A statistic by name; 0 where there is none. */
  public double get(String name) {
    return values.getOrDefault(name, 0.0);
  }
}
