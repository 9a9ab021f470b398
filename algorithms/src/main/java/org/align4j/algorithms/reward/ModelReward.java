package org.align4j.algorithms.reward;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;

/**
 * Scores of a Bradley–Terry reward model, read at the last token of each response: z-scores where
 * the model came with the statistics of its evaluation set.
 */
public final class ModelReward implements BatchReward {

  /** Most tokens of one forward pass where nothing else is set. */
  public static final int TOKEN_BUDGET = 2048;

  private final RewardModel model;
  private final Function<Completion, TokenSequence> encode;
  private final int tokenBudget;
  private final boolean owned;

  /**
   * A reward of a model, which stays the caller's to close.
   *
   * @param encode prompt and response as the reward model's own tokenizer and template have them
   * @param tokenBudget most tokens of one forward pass
   */
  public ModelReward(
      RewardModel model, Function<Completion, TokenSequence> encode, int tokenBudget) {
    this(model, encode, tokenBudget, false);
  }

  private ModelReward(
      RewardModel model,
      Function<Completion, TokenSequence> encode,
      int tokenBudget,
      boolean owned) {
    this.model = model;
    this.encode = encode;
    this.tokenBudget = tokenBudget;
    this.owned = owned;
  }

  /**
   * Loads the reward model of a Hugging Face folder with a scalar head. Texts go through the
   * folder's own tokenizer and, where it has one, its chat template, and end with its
   * end-of-sequence token; {@link #close} frees the model.
   *
   * @throws IllegalArgumentException for a folder that has no tokenizer or names no such token
   */
  public static ModelReward load(Path folder, Engine engine, int tokenBudget) {
    RewardModel model = RewardModel.load(folder, engine);
    try {
      return new ModelReward(model, ModelEncoding.of(folder, model), tokenBudget, true);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "model";
  }

  @Override
  public ImmutableList<Judgement> judgeAll(List<Completion> completions) {
    List<TokenSequence> sequences = new ArrayList<>();
    completions.forEach(completion -> sequences.add(encode.apply(completion)));
    float[] scores = model.standardScores(sequences, tokenBudget);
    ImmutableList.Builder<Judgement> judgements = ImmutableList.builder();
    for (float score : scores) {
      judgements.add(Judgement.of(score));
    }
    return judgements.build();
  }

  /** Never: only differences of such scores mean something. */
  @Override
  public boolean isRight(Judgement judgement) {
    return false;
  }

  @Override
  public void close() {
    if (owned) {
      model.close();
    }
  }
}
