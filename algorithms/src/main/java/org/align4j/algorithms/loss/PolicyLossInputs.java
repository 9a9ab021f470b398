package org.align4j.algorithms.loss;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * What a policy loss sees: arrays {@code [B,T]} of one floating type, 0 where masked.
 *
 * @param logProbs of the policy being trained
 * @param oldLogProbs of the policy that the advantages belong to
 * @param advantages Â
 * @param mask response mask, 0 or 1, holes allowed
 * @param rolloutLogProbs of the policy that sampled, where it is not the old one: an earlier
 *     policy, or an engine of other numerics
 * @param refLogProbs of the frozen reference, for a KL term in the loss
 * @param entropy of the policy at each position, in nats, for an entropy bonus
 * @param right 1 at the tokens of samples that are right, for their negative log-prob
 */
public record PolicyLossInputs(
    INDArray logProbs,
    INDArray oldLogProbs,
    INDArray advantages,
    INDArray mask,
    @Nullable INDArray rolloutLogProbs,
    @Nullable INDArray refLogProbs,
    @Nullable INDArray entropy,
    @Nullable INDArray right) {

  /** Checks that all shapes are those of the mask. */
  public PolicyLossInputs {
    checkArgument(mask.rank() == 2, "mask is %s: it must be [B,T]", Arrays.toString(mask.shape()));
    match("logProbs", logProbs, mask);
    match("oldLogProbs", oldLogProbs, mask);
    match("advantages", advantages, mask);
    match("rolloutLogProbs", rolloutLogProbs, mask);
    match("refLogProbs", refLogProbs, mask);
    match("entropy", entropy, mask);
    match("right", right, mask);
  }

  /** The four arrays every loss needs. */
  public static PolicyLossInputs of(
      INDArray logProbs, INDArray oldLogProbs, INDArray advantages, INDArray mask) {
    return new PolicyLossInputs(logProbs, oldLogProbs, advantages, mask, null, null, null, null);
  }

  /** Response tokens of each row {@code [B]}, at least 1. */
  public INDArray lengths() {
    return lengths(mask);
  }

  static INDArray lengths(INDArray mask) {
    return Transforms.max(mask.sum(1), 1, false);
  }

  /** With the log-probs of the policy being trained replaced: the next inner step. */
  public PolicyLossInputs withLogProbs(INDArray value) {
    return new PolicyLossInputs(
        value, oldLogProbs, advantages, mask, rolloutLogProbs, refLogProbs, entropy, right);
  }

  /** With the generator's log-probs. */
  public PolicyLossInputs withRolloutLogProbs(@Nullable INDArray value) {
    return new PolicyLossInputs(
        logProbs, oldLogProbs, advantages, mask, value, refLogProbs, entropy, right);
  }

  /** With the reference's log-probs. */
  public PolicyLossInputs withRefLogProbs(@Nullable INDArray value) {
    return new PolicyLossInputs(
        logProbs, oldLogProbs, advantages, mask, rolloutLogProbs, value, entropy, right);
  }

  /** With the policy's entropy. */
  public PolicyLossInputs withEntropy(@Nullable INDArray value) {
    return new PolicyLossInputs(
        logProbs, oldLogProbs, advantages, mask, rolloutLogProbs, refLogProbs, value, right);
  }

  /** With the tokens of right samples. */
  public PolicyLossInputs withRight(@Nullable INDArray value) {
    return new PolicyLossInputs(
        logProbs, oldLogProbs, advantages, mask, rolloutLogProbs, refLogProbs, entropy, value);
  }

  private static void match(String field, @Nullable INDArray array, INDArray mask) {
    checkArgument(
        array == null || Arrays.equals(array.shape(), mask.shape()),
        "%s %s does not match mask %s: pass the mask of the same rollout",
        field,
        array == null ? "" : Arrays.toString(array.shape()),
        Arrays.toString(mask.shape()));
  }
}
