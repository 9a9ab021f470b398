package org.align4j.algorithms.advantage;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A scored rollout batch. Column t of every array belongs to token t of the response: {@code
 * logProbs[t]} is the log-prob of token t, {@code values[t]} is V of the state before it. Masked
 * columns are 0. The mask may have holes (tool or user turns); the score sits on the last response
 * token.
 *
 * @param tokens ids {@code [B,T]}, or null where nobody needs them
 * @param responseMask {@code [B,T]}, 1 at tokens the policy produced
 * @param logProbs {@code [B,T]} of the policy at rollout time
 * @param refLogProbs {@code [B,T]} of the frozen reference, or null: no KL
 * @param values {@code [B,T]} of the critic, or null
 * @param rolloutLogProbs {@code [B,T]} as the generator had them, or null: the same as logProbs
 * @param rewards score of each sample {@code [B]}
 * @param greedyRewards score of the greedy sample of the same prompt {@code [B]}, or null
 * @param groups which samples answer the same prompt
 * @param parts the single rewards, where the scores are a sum of several, or null
 */
public record Experience(
    @Nullable INDArray tokens,
    INDArray responseMask,
    INDArray logProbs,
    @Nullable INDArray refLogProbs,
    @Nullable INDArray values,
    @Nullable INDArray rolloutLogProbs,
    INDArray rewards,
    @Nullable INDArray greedyRewards,
    Groups groups,
    @Nullable RewardParts parts) {

  /** Checks shapes, finiteness, and that there is a response token. */
  public Experience {
    checkArgument(
        responseMask.rank() == 2,
        "response mask is %s: it must be [B,T]",
        Arrays.toString(responseMask.shape()));
    checkArgument(
        responseMask.eq(0).castTo(responseMask.dataType()).sumNumber().doubleValue()
                + responseMask.eq(1).castTo(responseMask.dataType()).sumNumber().doubleValue()
            == responseMask.length(),
        "response mask has values other than 0 and 1: pass 1 at tokens the policy produced");
    checkArgument(
        responseMask.sumNumber().doubleValue() > 0,
        "response mask %s has no response token: drop the batch",
        Arrays.toString(responseMask.shape()));
    columns("tokens", tokens, responseMask);
    columns("log-probs", logProbs, responseMask);
    columns("reference log-probs", refLogProbs, responseMask);
    columns("values", values, responseMask);
    columns("rollout log-probs", rolloutLogProbs, responseMask);
    samples("rewards", rewards, responseMask);
    samples("greedy rewards", greedyRewards, responseMask);
    checkArgument(
        groups.samples() == responseMask.size(0),
        "groups [%s] do not match response mask %s: give each row the number of its prompt",
        groups.samples(),
        Arrays.toString(responseMask.shape()));
    finite("log-probs", logProbs);
    finite("reference log-probs", refLogProbs);
    finite("values", values);
    finite("rollout log-probs", rolloutLogProbs);
    finite("rewards", rewards);
    finite("greedy rewards", greedyRewards);
    if (parts != null) {
      checkArgument(
          parts.scores().size(1) == responseMask.size(0),
          "scores of rewards %s do not match response mask %s: pass one score per row",
          Arrays.toString(parts.scores().shape()),
          Arrays.toString(responseMask.shape()));
      finite("scores of rewards", parts.scores());
    }
  }

  /** An experience without critic, greedy rollout or a generator with other numerics. */
  public static Experience of(
      INDArray responseMask,
      INDArray logProbs,
      @Nullable INDArray refLogProbs,
      INDArray rewards,
      Groups groups) {
    return new Experience(
        null, responseMask, logProbs, refLogProbs, null, null, rewards, null, groups, null);
  }

  /** With the tokens. */
  public Experience withTokens(@Nullable INDArray value) {
    return new Experience(
        value,
        responseMask,
        logProbs,
        refLogProbs,
        values,
        rolloutLogProbs,
        rewards,
        greedyRewards,
        groups,
        parts);
  }

  /** With the critic's values. */
  public Experience withValues(@Nullable INDArray value) {
    return new Experience(
        tokens,
        responseMask,
        logProbs,
        refLogProbs,
        value,
        rolloutLogProbs,
        rewards,
        greedyRewards,
        groups,
        parts);
  }

  /** With other rewards: shaped ones. */
  public Experience withRewards(INDArray value) {
    return new Experience(
        tokens,
        responseMask,
        logProbs,
        refLogProbs,
        values,
        rolloutLogProbs,
        value,
        greedyRewards,
        groups,
        parts);
  }

  /** With the generator's own log-probs. */
  public Experience withRolloutLogProbs(@Nullable INDArray value) {
    return new Experience(
        tokens,
        responseMask,
        logProbs,
        refLogProbs,
        values,
        value,
        rewards,
        greedyRewards,
        groups,
        parts);
  }

  /** With the scores of the greedy samples. */
  public Experience withGreedyRewards(@Nullable INDArray value) {
    return new Experience(
        tokens,
        responseMask,
        logProbs,
        refLogProbs,
        values,
        rolloutLogProbs,
        rewards,
        value,
        groups,
        parts);
  }

  /** With the single rewards. */
  public Experience withParts(@Nullable RewardParts value) {
    return new Experience(
        tokens,
        responseMask,
        logProbs,
        refLogProbs,
        values,
        rolloutLogProbs,
        rewards,
        greedyRewards,
        groups,
        value);
  }

  private static void columns(String field, @Nullable INDArray array, INDArray mask) {
    checkArgument(
        array == null || Arrays.equals(array.shape(), mask.shape()),
        "%s %s do not match response mask %s: pass the mask of the same rollout",
        field,
        array == null ? "" : Arrays.toString(array.shape()),
        Arrays.toString(mask.shape()));
  }

  private static void samples(String field, @Nullable INDArray array, INDArray mask) {
    checkArgument(
        array == null || (array.rank() == 1 && array.size(0) == mask.size(0)),
        "%s %s do not match response mask %s: pass one score per row",
        field,
        array == null ? "" : Arrays.toString(array.shape()),
        Arrays.toString(mask.shape()));
  }

  private static void finite(String field, @Nullable INDArray array) {
    // x - x is 0 for finite x and NaN for NaN and infinities: one sum finds any of them.
    checkArgument(
        array == null || array.sub(array).sumNumber().doubleValue() == 0,
        "%s have a NaN or infinite value: %s",
        field,
        field.endsWith("rewards")
            ? "make the reward function answer a finite number for every sample"
            : "check the model that scored them");
  }
}
