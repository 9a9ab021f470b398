package org.align4j.bench.throughput;

import com.google.common.math.Quantiles;
import java.util.ArrayList;
import java.util.List;

/**
 * Two kinds of weights sampled in turn, tokens a second without the prompts' time; each figure is a
 * median.
 *
 * @param batch sequences decoded at once
 * @param stored of the weights as stored
 * @param float32 of float32 weights
 * @param ratio of neighbours, stored over float32
 */
public record SamplingPair(int batch, double stored, double float32, double ratio) {

  private static final int WARM = 3;
  private static final int ROUNDS = 15;

  static SamplingPair measure(Sampling stored, Sampling float32) {
    List<Double> first = new ArrayList<>();
    List<Double> second = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < WARM + ROUNDS; i++) {
      double a = stored.run().decoded();
      double b = float32.run().decoded();
      if (i >= WARM) {
        first.add(a);
        second.add(b);
        ratios.add(a / b);
      }
    }
    var median = Quantiles.median();
    return new SamplingPair(
        stored.slots(), median.compute(first), median.compute(second), median.compute(ratios));
  }
}
