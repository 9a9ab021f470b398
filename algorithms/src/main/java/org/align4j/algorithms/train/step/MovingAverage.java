package org.align4j.algorithms.train.step;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.Supplier;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.core.tensor.Parameters;

/**
 * An exponential moving average of parameters: {@code m ← d·m + (1 − d)·p} after every optimiser
 * step, from the parameters the run began with. Owns its arrays.
 */
final class MovingAverage implements AutoCloseable {

  private final Supplier<Parameters> live;
  private final Parameters average;
  private final double decay;

  /**
   * An average that starts at the parameters as they are.
   *
   * @param decay d in (0, 1)
   */
  MovingAverage(Supplier<Parameters> live, double decay) {
    checkArgument(decay > 0 && decay < 1, "update.emaDecay is %s: it must be in (0, 1)", decay);
    this.live = live;
    this.average = live.get().copy();
    this.decay = decay;
  }

  Parameters parameters() {
    return average;
  }

  /** Takes the parameters in as they are now. */
  void update() {
    Parameters now = live.get();
    for (String name : now.names()) {
      try (ArrayScope _ = ArrayScope.open()) {
        average.get(name).muli(decay).addi(now.get(name).mul(1 - decay));
      }
    }
  }

  @Override
  public void close() {
    average.close();
  }
}
