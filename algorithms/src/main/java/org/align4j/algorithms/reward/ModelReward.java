package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkState;

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
  private boolean closed;

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
    RewardModel model = RewardModel.open(folder, engine);
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

  /** One call is over soon, and what waits for it can be given up. */
  @Override
  public int batchSize() {
    return 64;
  }

  /** A response that cannot be encoded fails alone. */
  @Override
  public synchronized ImmutableList<Judgement> judgeAll(List<Completion> completions) {
    checkState(!closed, "the reward model is closed");
    List<TokenSequence> sequences = new ArrayList<>();
    Judgement[] judgements = new Judgement[completions.size()];
    int[] places = new int[completions.size()];
    for (int i = 0; i < judgements.length; i++) {
      try {
        sequences.add(encode.apply(completions.get(i)));
        places[sequences.size() - 1] = i;
      } catch (IllegalArgumentException e) {
        judgements[i] = Judgement.failed(String.valueOf(e.getMessage()));
      }
    }
    float[] scores =
        sequences.isEmpty() ? new float[0] : model.standardScores(sequences, tokenBudget);
    for (int i = 0; i < scores.length; i++) {
      judgements[places[i]] = Judgement.of(scores[i]);
    }
    return ImmutableList.copyOf(judgements);
  }

  /** Never: only differences of such scores mean something. */
  @Override
  public boolean isRight(Judgement judgement) {
    return false;
  }

  /**
   * Waits for a call that still goes on, as one that was given up may: it reads the model's memory.
   */
  @Override
  public synchronized void close() {
    if (owned && !closed) {
      model.close();
    }
    closed = true;
  }
}
