package org.align4j.bench.reproduce.page;

import static org.align4j.bench.reproduce.page.RunStatistics.difference;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.bench.reproduce.page.Bootstrap.Interval;
import org.align4j.bench.reproduce.study.Condition;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;

/** What the paper claims of each figure, as statistics that were fixed before the runs. */
final class Claims {

  /** Rewards and accuracies of the rule that differ by no more are called similar. */
  static final double SIMILAR = 0.02;

  private static final String RF = "reinforce++";
  private static final String GRPO = "grpo";
  private static final String RLOO = "rloo";
  private static final String PPO = "ppo";
  private static final String REWARD = "train/reward";

  private Claims() {}

  /** Figure 1: length for reward. */
  static ImmutableList<Claim> figure1(StudyResult result) {
    ImmutableList.Builder<Claim> claims = ImmutableList.builder();
    for (String other : List.of(RF, PPO)) {
      String name = result.condition(other).label();
      claims.add(
          Claim.above(
              "GRPO inflates length more than " + name + " for the reward it gets",
              "tokens gained per unit of reward gained, GRPO − " + name,
              difference(result, GRPO, other, RunStatistics::lengthPerReward)));
      claims.add(
          Claim.above(
              "At equal reward GRPO's responses are longer than those of " + name,
              "tokens at equal reward, GRPO − " + name,
              difference(
                  result.runsOf(GRPO), result.runsOf(other), RunStatistics::lengthAtEqualReward)));
    }
    return claims.build();
  }

  /** Figure 2: similar reward, steadier. */
  static ImmutableList<Claim> figure2(StudyResult result) {
    List<Claim> claims = new ArrayList<>();
    claims.add(
        Claim.within(
            "REINFORCE++ and GRPO reach a similar reward",
            "reward of the last 10 updates, REINFORCE++ − GRPO",
            difference(result, RF, GRPO, run -> RunStatistics.last(run, REWARD)),
            SIMILAR));
    if (hasAccuracy(result)) {
      claims.add(
          Claim.within(
              "… and a similar held-out accuracy",
              "held-out accuracy, REINFORCE++ − GRPO",
              difference(result, RF, GRPO, Claims::accuracy),
              SIMILAR));
    }
    claims.addAll(steadier(result, RF, GRPO));
    return ImmutableList.copyOf(claims);
  }

  private static List<Claim> steadier(StudyResult result, String steady, String other) {
    return List.of(
        Claim.above(
            "REINFORCE++ is the steadier: reward",
            "jitter of the reward, GRPO − REINFORCE++",
            difference(result, other, steady, RunStatistics::rewardJitter)),
        Claim.above(
            "REINFORCE++ is the steadier: gradient",
            "jitter of the log gradient norm, GRPO − REINFORCE++",
            difference(result, other, steady, RunStatistics::gradientJitter)),
        Claim.above(
            "REINFORCE++ is the steadier: KL",
            "relative jitter of the KL, GRPO − REINFORCE++",
            difference(result, other, steady, RunStatistics::klJitter)));
  }

  /** Figure 3: reward for KL. */
  static ImmutableList<Claim> figure3(StudyResult result) {
    ImmutableList.Builder<Claim> claims = ImmutableList.builder();
    for (String better : List.of(RF, RLOO)) {
      String name = result.condition(better).label();
      claims.add(
          Claim.above(
              name + " gets more reward per unit of KL than GRPO",
              "reward gained per nat of a response in the end, " + name + " − GRPO",
              difference(result, better, GRPO, RunStatistics::rewardPerNat)));
      claims.add(
          Claim.above(
              "… also over the whole run",
              "mean reward up to equal KL consumed, " + name + " − GRPO",
              difference(
                  result.runsOf(better), result.runsOf(GRPO), RunStatistics::rewardOverEqualKl)));
    }
    return claims.build();
  }

  /** Table 2: time. */
  static ImmutableList<Claim> table2(StudyResult result) {
    Interval wall = Times.ratio(result, PPO, RF, RunRecord::wall);
    Interval cpu = Times.ratio(result, PPO, RF, RunRecord::cpu);
    return ImmutableList.of(
        new Claim(
            "PPO takes longer than REINFORCE++",
            "wall time, PPO : REINFORCE++",
            "above 1",
            wall,
            ClaimVerdict.above(wall, 1)),
        new Claim(
            "… also in processor time",
            "processor time, PPO : REINFORCE++",
            "above 1",
            cpu,
            ClaimVerdict.above(cpu, 1)));
  }

  /** Ablations against REINFORCE++ of figure 2. */
  static ImmutableList<Claim> ablations(StudyResult base, StudyResult ablations) {
    ImmutableList.Builder<Claim> claims = ImmutableList.builder();
    for (Condition condition : ablations.conditions()) {
      boolean better = condition.name().equals("reward-normalisation");
      Interval interval =
          difference(
              better ? ablations.runsOf(condition.name()) : base.runsOf(RF),
              better ? base.runsOf(RF) : ablations.runsOf(condition.name()),
              (a, b) -> RunStatistics.last(a, REWARD) - RunStatistics.last(b, REWARD));
      String label = condition.label();
      claims.add(
          better
              ? Claim.noWorse(
                  "Rewards z-scored learn no worse than raw ones",
                  "reward of the last 10 updates, z-scored − raw",
                  interval,
                  SIMILAR)
              : Claim.noWorse(
                  "REINFORCE++ learns no worse than with " + label,
                  "reward of the last 10 updates, REINFORCE++ − " + label,
                  interval,
                  SIMILAR));
    }
    return claims.build();
  }

  /** The real scale: the claims of figures 2 and 3 and of table 2, on a rule's reward. */
  static ImmutableList<Claim> sums(StudyResult result) {
    Interval cpu = Times.ratio(result, PPO, RF, RunRecord::cpu);
    return ImmutableList.<Claim>builder()
        .addAll(figure2(result))
        .addAll(figure3(result))
        .add(
            new Claim(
                "PPO takes longer than REINFORCE++",
                "processor time, PPO : REINFORCE++",
                "above 1",
                cpu,
                ClaimVerdict.above(cpu, 1)))
        .build();
  }

  static double accuracy(RunRecord run) {
    return run.after().getOrDefault("eval/accuracy", Double.NaN);
  }

  private static boolean hasAccuracy(StudyResult result) {
    return result.runs().stream().allMatch(run -> run.after().containsKey("eval/accuracy"));
  }
}
