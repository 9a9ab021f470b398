package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss, its gradient and its statistics. All but the statistics that end in {@code _max} are sums
 * over rows divided by the totals of the mini-batch, so those of micro-batches add up.
 *
 * @param loss the scalar
 * @param gradient ∂loss/∂logProbs (or ∂values) {@code [B,T]}, 0 where masked
 * @param entropyGradient ∂loss/∂entropy {@code [B,T]}, or null without an entropy bonus
 * @param statistics by metric name without prefix, such as {@code clip_fraction}
 */
public record LossResult(
    double loss,
    INDArray gradient,
    @Nullable INDArray entropyGradient,
    ImmutableMap<String, Double> statistics) {

  /** A statistic by name. */
  public double statistic(String name) {
    return checkNotNull(
        statistics.get(name), "no statistic %s; there are %s", name, statistics.keySet());
  }

  /** Statistics of two micro-batches of one mini-batch, joined. */
  public static ImmutableMap<String, Double> join(
      Map<String, Double> one, Map<String, Double> other) {
    Map<String, Double> joined = new LinkedHashMap<>(one);
    other.forEach((name, value) ->
        joined.merge(name, value, name.endsWith("_max") ? Math::max : Double::sum));
    return ImmutableMap.copyOf(joined);
  }
}
