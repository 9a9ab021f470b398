package org.align4j.algorithms.preference;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.loss.BradleyTerry;

/**
 * How a reward head is trained on frozen features.
 *
 * @param loss of the pairs
 * @param epochs passes over the pairs
 * @param batchPairs pairs of one step of Adam
 * @param learningRate of Adam, above 0
 * @param l2 penalty {@code ½ · l2 · |w|²} on the weights of the standardised features: there are
 *     often more features than pairs
 * @param seed of the order of the pairs
 */
public record HeadSettings(
    BradleyTerry loss, int epochs, int batchPairs, double learningRate, double l2, long seed) {

  /** Found on GSM8K's pairs with a model of 135 M parameters: see docs/reward-models.md. */
  public static final HeadSettings DEFAULT =
      new HeadSettings(new BradleyTerry(0.01), 100, 64, 1e-3, 1, 1);

  public HeadSettings {
    checkArgument(epochs > 0, "epochs is %s: it must be at least 1", epochs);
    checkArgument(batchPairs > 0, "batchPairs is %s: it must be at least 1", batchPairs);
    checkArgument(
        learningRate > 0 && Double.isFinite(learningRate),
        "learningRate is %s: it must be above 0",
        learningRate);
    checkArgument(l2 >= 0 && Double.isFinite(l2), "l2 is %s: it must be 0 or above", l2);
  }
}
