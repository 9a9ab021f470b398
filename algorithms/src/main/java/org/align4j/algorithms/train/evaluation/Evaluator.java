package org.align4j.algorithms.train.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.RewardException;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.reward.judging.RewardRunner;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.algorithms.train.report.ScoredSample;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.generate.FinishReason;
import org.align4j.models.generate.GenerationListener;
import org.align4j.models.generate.GenerationSettings;

/** Has a policy answer problems and scores the answers. */
public final class Evaluator {

  private final CompletionSource generator;
  private final PromptCodec codec;
  private final Reward reward;
  private final RewardLimits limits;

  /** An evaluator of the generator's policy; a response that cannot be scored ends it. */
  public Evaluator(CompletionSource generator, PromptCodec codec, Reward reward) {
    this(generator, codec, reward, RewardLimits.DEFAULT);
  }

  /**
   * The same with limits for the reward; with {@code DROP} a problem with a response that cannot be
   * scored is left out whole.
   */
  public Evaluator(
      CompletionSource generator, PromptCodec codec, Reward reward, RewardLimits limits) {
    this.generator = generator;
    this.codec = codec;
    this.reward = reward;
    this.limits = limits;
  }

  /** One greedy response to each of the first problems. */
  public Evaluation greedy(Prompts prompts, int size, int maxNewTokens) {
    GenerationSettings settings =
        GenerationSettings.of(maxNewTokens).withSampling(SamplingSettings.GREEDY);
    return sampled(prompts, size, 1, settings, 0);
  }

  /**
   * Several responses to each of the first problems.
   *
   * @param size problems, at most as many as there are
   */
  public Evaluation sampled(
      Prompts prompts, int size, int samplesPerPrompt, GenerationSettings settings, long seed) {
    checkArgument(
        size >= 1 && size <= prompts.size(),
        "size is %s: it must be in [1, %s], the problems there are",
        size,
        prompts.size());
    List<Prompt> asked = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      asked.add(prompts.get(i));
    }
    List<int[]> ids = asked.stream().map(codec::encode).toList();
    var completions =
        generator.generate(ids, samplesPerPrompt, settings, seed, 0, GenerationListener.NONE);
    List<Completion> texts = new ArrayList<>();
    for (var completion : completions) {
      texts.add(
          new Completion(
              asked.get(completion.prompt()),
              codec.decode(completion.responseIds()),
              completion.finishReason() != FinishReason.LENGTH));
    }
    ImmutableList<Judgement> judgements;
    try (RewardRunner runner = new RewardRunner(reward, limits)) {
      judgements = runner.judge(texts);
    }
    ImmutableList.Builder<ScoredSample> samples = ImmutableList.builder();
    ImmutableList.Builder<Boolean> right = ImmutableList.builder();
    for (int p = 0; p < judgements.size(); p += samplesPerPrompt) {
      if (judgements.subList(p, p + samplesPerPrompt).stream().anyMatch(Judgement::isFailed)) {
        continue;
      }
      for (int i = p; i < p + samplesPerPrompt; i++) {
        Judgement judgement = judgements.get(i);
        samples.add(
            new ScoredSample(texts.get(i), judgement, completions.get(i).responseIds().length));
        right.add(
            ExtensionException.guard("reward", reward.name(), () -> reward.isRight(judgement)));
      }
    }
    ImmutableList<ScoredSample> scored = samples.build();
    if (scored.isEmpty()) {
      throw new RewardException(
          "none of %s problems could be scored: %s"
              .formatted(size, judgements.get(0).failure().orElse("")),
          null);
    }
    return new Evaluation(samplesPerPrompt, scored, right.build());
  }
}
