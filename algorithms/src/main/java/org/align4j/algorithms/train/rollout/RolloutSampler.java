package org.align4j.algorithms.train.rollout;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.judging.RewardRunner;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.RolloutSettings;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.algorithms.train.report.Phase;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.report.ScoredSample;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.generate.FinishReason;
import org.align4j.models.generate.GenerationListener;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.policy.TokenSequence;

/** Samples responses to prompts and has them scored. Its state is the number of samples drawn. */
public final class RolloutSampler {

  private final CompletionSource generator;
  private final PromptCodec codec;
  private final RewardRunner reward;
  private final RlSettings settings;
  private final boolean greedyToo;
  private long drawn;

  public RolloutSampler(
      CompletionSource generator,
      PromptCodec codec,
      RewardRunner reward,
      RlSettings settings,
      boolean greedyToo) {
    this.generator = generator;
    this.codec = codec;
    this.reward = reward;
    this.settings = settings;
    this.greedyToo = greedyToo;
  }

  /** Sequences drawn so far: the stream of the next one's random numbers. */
  public long drawn() {
    return drawn;
  }

  public void seek(long sequences) {
    drawn = sequences;
  }

  Rollouts sample(List<Prompt> prompts, PhaseClock clock) {
    clock.enter(Phase.GENERATE);
    List<int[]> ids = prompts.stream().map(codec::encode).toList();
    RolloutSettings rollout = settings.rollout();
    int n = rollout.samples();
    var sampling =
        new SamplingSettings((float) rollout.temperature(), rollout.topK(), (float) rollout.topP());
    GenerationSettings generation =
        GenerationSettings.of(settings.rollout().maxNewTokens()).withSampling(sampling);
    var completions =
        generator.generate(ids, n, generation, settings.seed(), drawn, GenerationListener.NONE);
    drawn += completions.size();
    clock.tokens(completions.stream().mapToLong(c -> c.responseIds().length).sum());
    ImmutableList<ScoredSample> greedy = greedyToo ? greedy(prompts, ids, clock) : null;

    clock.enter(Phase.ADVANTAGE);
    ImmutableList<ScoredSample> samples = judge(prompts, completions);
    ImmutableList.Builder<TokenSequence> sequences = ImmutableList.builder();
    float[][] logProbs = new float[completions.size()][];
    int[] groups = new int[completions.size()];
    for (int i = 0; i < groups.length; i++) {
      var completion = completions.get(i);
      sequences.add(new TokenSequence(completion.promptIds(), completion.responseIds()));
      logProbs[i] = completion.logProbs();
      groups[i] = completion.prompt();
    }
    ImmutableList<ScoredSample> ofEach =
        greedy == null
            ? null
            : Arrays.stream(groups).mapToObj(greedy::get).collect(ImmutableList.toImmutableList());
    return new Rollouts(sequences.build(), logProbs, samples, groups, ofEach);
  }

  private ImmutableList<ScoredSample> greedy(
      List<Prompt> prompts, List<int[]> ids, PhaseClock clock) {
    GenerationSettings greedy =
        GenerationSettings.of(settings.rollout().maxNewTokens())
            .withSampling(SamplingSettings.GREEDY);
    var completions = generator.generate(ids, greedy, settings.seed());
    clock.tokens(completions.stream().mapToLong(c -> c.responseIds().length).sum());
    return judge(prompts, completions);
  }

  private ImmutableList<ScoredSample> judge(
      List<Prompt> prompts, List<org.align4j.models.generate.SampledResponse> completions) {
    List<Completion> texts = new ArrayList<>();
    for (var completion : completions) {
      texts.add(
          new Completion(
              prompts.get(completion.prompt()),
              codec.decode(completion.responseIds()),
              completion.finishReason() != FinishReason.LENGTH));
    }
    ImmutableList<Judgement> judgements = reward.judge(texts);
    ImmutableList.Builder<ScoredSample> samples = ImmutableList.builder();
    for (int i = 0; i < texts.size(); i++) {
      samples.add(
          new ScoredSample(
              texts.get(i), judgements.get(i), completions.get(i).responseIds().length));
    }
    return samples.build();
  }
}
