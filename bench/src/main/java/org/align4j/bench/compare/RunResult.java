package org.align4j.bench.compare;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.align4j.algorithms.train.PhaseTotals;

/**
 * What one algorithm did with one seed.
 *
 * @param phases measured wall time and tokens, the unmeasured first update not counted
 * @param responseTokens response tokens sampled in the measured updates
 * @param rewardBefore mean raw score of the first rollout batch
 * @param rewardAfter mean raw score of the last rollout batch
 * @param accuracyBefore share of held-out problems solved greedily by the SFT policy; empty without
 *     an evaluation
 * @param accuracyAfter the same after training
 * @param kl mean k1 per response token of the last rollout batch
 * @param lengthBefore mean response tokens of the first rollout batch
 * @param lengthAfter mean response tokens of the last rollout batch
 * @param peakBytes peak resident memory of this run by itself; empty where it cannot be read
 */
public record RunResult(
    String algorithm,
    long seed,
    PhaseTotals phases,
    long responseTokens,
    double rewardBefore,
    double rewardAfter,
    OptionalDouble accuracyBefore,
    OptionalDouble accuracyAfter,
    double kl,
    double lengthBefore,
    double lengthAfter,
    OptionalLong peakBytes) {

  /** Seconds per 1,000 response tokens. */
  public double secondsPerThousandTokens() {
    return responseTokens == 0 ? 0 : phases.totalSeconds() * 1000 / responseTokens;
  }
}
