package org.align4j.algorithms.reward;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;

/**
 * Scores of a Bradley–Terry reward model, read at the last token of each response: z-scores where
 * the model came with the statistics of its evaluation set.
 */
public final class ModelReward implements Reward {

  private final RewardModel model;
  private final Function<Completion, TokenSequence> encode;
  private final int tokenBudget;

  /**
   * A reward of a model, which stays the caller's to close.
   *
   * @param encode prompt and response as the reward model's own tokenizer and template have them
   * @param tokenBudget most tokens of one forward pass
   */
  public ModelReward(
      RewardModel model, Function<Completion, TokenSequence> encode, int tokenBudget) {
    this.model = model;
    this.encode = encode;
    this.tokenBudget = tokenBudget;
  }

  @Override
  public String name() {
    return "model";
  }

  @Override
  public Judgement judge(Completion completion) {
    return judgeAll(ImmutableList.of(completion)).get(0);
  }

  @Override
  public ImmutableList<Judgement> judgeAll(List<Completion> completions) {
    List<TokenSequence> sequences = new ArrayList<>();
    completions.forEach(completion -> sequences.add(encode.apply(completion)));
    float[] scores = model.standardScores(sequences, tokenBudget);
    ImmutableList.Builder<Judgement> judgements = ImmutableList.builder();
    for (float score : scores) {
      judgements.add(new Judgement(score, ""));
    }
    return judgements.build();
  }
}
