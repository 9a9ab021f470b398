package org.align4j.algorithms.offpolicy;

import org.align4j.core.tensor.Masked;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * What {@link OffPolicy} settings make of a batch. A row's numbers depend on that row alone.
 *
 * @param kept {@code [B,T]}: 1 at response tokens that are learnt from, else 0
 * @param weights {@code [B,T]}: what the token's loss is multiplied by; 0 where it is not kept
 */
public record OffPolicyWeights(INDArray kept, INDArray weights) {

  /**
   * Log-ratios are held within ± this before they are exponentiated, so that a float stays finite:
   * an infinite weight of a token that is left out would be 0·∞. Far outside of every sane bound.
   */
  private static final double LARGEST_LOG_RATIO = 60;

  /** Probabilities of the two events of a binary KL stay this far from 0 and 1, as in OpenRLHF. */
  private static final double SMALLEST_PROBABILITY = 1e-6;

  /** Below every statistic. */
  private static final double LOWEST = -1e30;

  /**
   * Log-probs and advantages of a batch, {@code [B,T]} each, of one type.
   *
   * @param logProbs of the policy as it is now
   * @param oldLogProbs of π_old
   * @param rolloutLogProbs of μ, which sampled
   * @param advantages Â
   * @param mask response mask, 0 or 1, holes allowed
   */
  public record Batch(
      INDArray logProbs,
      INDArray oldLogProbs,
      INDArray rolloutLogProbs,
      INDArray advantages,
      INDArray mask) {}

  /** Gate, limit and weights of a batch. */
  public static OffPolicyWeights of(OffPolicy settings, Batch batch) {
    INDArray mask = batch.mask();
    INDArray logRatio = batch.oldLogProbs().sub(batch.rolloutLogProbs()).muli(mask);
    INDArray kept = gate(settings, batch, logRatio).muli(mask);
    if (settings.negativeLimit() < Double.POSITIVE_INFINITY) {
      kept.muli(nearOrPositive(settings.negativeLimit(), batch));
    }
    return new OffPolicyWeights(kept, weight(settings, logRatio, mask).muli(kept));
  }

  private static INDArray gate(OffPolicy settings, Batch batch, INDArray logRatio) {
    INDArray mask = batch.mask();
    if (settings.gate() == OffPolicy.Statistic.NONE) {
      return mask.dup();
    }
    INDArray statistic =
        over(settings.gateLevel(), statistic(settings.gate(), batch, logRatio), mask);
    if (settings.gate() == OffPolicy.Statistic.RATIO) {
      statistic = exp(statistic);
    }
    return Masked.inside(statistic, settings.gateLow(), settings.gateHigh());
  }

  /** Of each token; of the ratio the logarithm, which sequences are taken over. */
  private static INDArray statistic(OffPolicy.Statistic statistic, Batch batch, INDArray logRatio) {
    return switch (statistic) {
      case NONE, RATIO -> logRatio;
      case K1 -> logRatio.neg();
      case K2 -> logRatio.mul(logRatio).muli(0.5);
      case K3 -> exp(logRatio).subi(1).subi(logRatio);
      case BINARY_KL -> {
        INDArray p = probability(batch.rolloutLogProbs(), batch.mask());
        INDArray q = probability(batch.oldLogProbs(), batch.mask());
        yield event(p, q).addi(event(p.rsub(1), q.rsub(1)));
      }
      case TV ->
          Transforms.abs(
              probability(batch.rolloutLogProbs(), batch.mask())
                  .subi(probability(batch.oldLogProbs(), batch.mask())),
              false);
    };
  }

  private static INDArray probability(INDArray logProbs, INDArray mask) {
    return Masked.clip(
        Transforms.exp(logProbs.mul(mask), false), SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY);
  }

  /** {@code p ln(p/q)}. */
  private static INDArray event(INDArray p, INDArray q) {
    return Transforms.log(p.div(q), false).muli(p);
  }

  /** A statistic of tokens as that of what the level says, in every column. */
  private static INDArray over(OffPolicy.Level level, INDArray statistic, INDArray mask) {
    return switch (level) {
      case TOKEN -> statistic;
      case SEQUENCE -> Masked.spread(sum(statistic, mask).divi(lengths(mask)), mask);
      case SEQUENCE_SUM -> Masked.spread(sum(statistic, mask), mask);
      case SEQUENCE_MAX ->
          Masked.spread(statistic.mul(mask).addi(mask.rsub(1).muli(LOWEST)).max(1), mask);
    };
  }

  /** 1 where the advantage is not negative or the sequence is near the policy of now. */
  private static INDArray nearOrPositive(double limit, Batch batch) {
    INDArray mask = batch.mask();
    INDArray distance =
        sum(batch.rolloutLogProbs().sub(batch.logProbs()), mask).divi(lengths(mask));
    INDArray far = Masked.spread(distance.gt(limit).castTo(mask.dataType()), mask);
    return batch.advantages().lt(0).castTo(mask.dataType()).muli(far).rsubi(1);
  }

  private static INDArray weight(OffPolicy settings, INDArray logRatio, INDArray mask) {
    INDArray weight =
        switch (settings.weight()) {
          case NONE -> mask.dup();
          case TOKEN -> exp(logRatio);
          case SEQUENCE -> exp(Masked.spread(sum(logRatio, mask), mask));
        };
    return settings.weight() == OffPolicy.Weight.NONE
        ? weight
        : Masked.clip(weight, settings.weightLow(), settings.weightHigh());
  }

  private static INDArray exp(INDArray logRatio) {
    return Transforms.exp(Masked.clip(logRatio, -LARGEST_LOG_RATIO, LARGEST_LOG_RATIO), false);
  }

  private static INDArray sum(INDArray x, INDArray mask) {
    return x.mul(mask).sum(1);
  }

  /** Response tokens of each row {@code [B]}, at least 1. */
  private static INDArray lengths(INDArray mask) {
    return Transforms.max(mask.sum(1), 1, false);
  }
}
