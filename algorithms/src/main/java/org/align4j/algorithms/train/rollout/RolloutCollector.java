package org.align4j.algorithms.train.rollout;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import org.align4j.algorithms.advantage.Groups;
import org.align4j.algorithms.curriculum.CurriculumStream;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.shaping.SpreadFilter;
import org.align4j.algorithms.settings.RolloutSettings;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.report.ScoredSample;

/**
 * Collects the rollouts of one update: one batch, or, with dynamic sampling (DAPO, §3.2), as many
 * as it takes until enough prompts have scores that differ.
 */
public final class RolloutCollector {

  private final CurriculumStream stream;
  private final RolloutSampler sampler;
  private final Reward reward;
  private final RolloutSettings settings;

  public RolloutCollector(
      CurriculumStream stream, RolloutSampler sampler, Reward reward, RolloutSettings settings) {
    this.stream = stream;
    this.sampler = sampler;
    this.reward = reward;
    this.settings = settings;
  }

  /**
   * What was collected.
   *
   * @param sampled all responses of all rounds, in order
   * @param prompts place in the data of the prompt of each of them
   * @param judged those that could be scored
   * @param kept those to learn from
   */
  public record Collected(
      ImmutableList<ScoredSample> sampled,
      ImmutableIntArray prompts,
      Rollouts judged,
      Rollouts kept) {}

  /** Responses and the places of their prompts, as they come. */
  private static final class Sampled {
    final ImmutableList.Builder<ScoredSample> samples = ImmutableList.builder();
    final ImmutableIntArray.Builder prompts = ImmutableIntArray.builder();
  }

  Collected collect(PhaseClock clock, MetricRow metrics) {
    Sampled sampled = new Sampled();
    Rollouts judged = round(sampled, clock, metrics);
    Rollouts kept = settings.refill() == 0 ? judged : withSpread(judged);
    int rounds = 1;
    while (rounds <= settings.refill() && kept.groupCount() < settings.prompts()) {
      Rollouts more = round(sampled, clock, metrics);
      judged = judged.join(more);
      kept = kept.join(withSpread(more));
      rounds++;
    }
    if (settings.refill() > 0) {
      metrics.mean(Metric.SAMPLING_ROUNDS, rounds);
      metrics.mean(
          Metric.GROUPS_WITH_SPREAD, kept.groupCount() / (double) (rounds * settings.prompts()));
      kept = kept.firstGroups(settings.prompts());
    }
    return new Collected(sampled.samples.build(), sampled.prompts.build(), judged, kept);
  }

  private Rollouts round(Sampled sampled, PhaseClock clock, MetricRow metrics) {
    ImmutableList<CurriculumStream.Drawn> drawn = stream.next(settings.prompts());
    ImmutableList<Prompt> prompts =
        drawn.stream().map(CurriculumStream.Drawn::prompt).collect(ImmutableList.toImmutableList());
    Rollouts answered = sampler.sample(prompts, clock);
    sampled.samples.addAll(answered.samples());
    for (int group : answered.groups()) {
      sampled.prompts.add(drawn.get(group).index());
    }
    Rollouts judged = answered.withoutFailed();
    metrics.sum(Metric.FAILED_SAMPLES, answered.size() - judged.size());
    observe(drawn, judged);
    return judged;
  }

  private void observe(ImmutableList<CurriculumStream.Drawn> drawn, Rollouts judged) {
    int[] attempts = new int[drawn.size()];
    int[] right = new int[drawn.size()];
    for (int i = 0; i < judged.size(); i++) {
      int group = judged.groups()[i];
      attempts[group]++;
      right[group] += reward.isRight(judged.samples().get(i).judgement()) ? 1 : 0;
    }
    for (int group = 0; group < attempts.length; group++) {
      stream.observe(drawn.get(group).index(), attempts[group], right[group]);
    }
  }

  private static Rollouts withSpread(Rollouts judged) {
    if (judged.size() == 0) {
      return judged;
    }
    double[] scores = judged.samples().stream().mapToDouble(s -> s.judgement().score()).toArray();
    ImmutableIntArray rows = SpreadFilter.rows(scores, Groups.of(judged.groups()));
    return judged.pick(rows.toArray());
  }
}
