package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.curriculum.Curriculum;
import org.align4j.algorithms.curriculum.CurriculumStream;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.kl.KlController;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.reward.judging.RewardRunner;
import org.align4j.algorithms.reward.shaping.ScoreNormalizer;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.train.codec.PromptCheck;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.algorithms.train.experience.ExperienceMaker;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.algorithms.train.experience.RewardStage;
import org.align4j.algorithms.train.experience.StepMetrics;
import org.align4j.algorithms.train.experience.TrainingBatch;
import org.align4j.algorithms.train.report.Metric;
import org.align4j.algorithms.train.report.MetricRow;
import org.align4j.algorithms.train.report.PhaseClock;
import org.align4j.algorithms.train.report.SampleTrace;
import org.align4j.algorithms.train.report.StepReport;
import org.align4j.algorithms.train.report.TrainingListener;
import org.align4j.algorithms.train.rollout.RolloutCollector;
import org.align4j.algorithms.train.rollout.RolloutQueue;
import org.align4j.algorithms.train.rollout.RolloutSampler;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.algorithms.train.step.TrainingState;
import org.align4j.algorithms.train.update.CriticUpdate;
import org.align4j.algorithms.train.update.DivergenceUpdate;
import org.align4j.algorithms.train.update.MiniBatches;
import org.align4j.algorithms.train.update.PolicyUpdate;
import org.align4j.core.engine.Divergence;
import org.align4j.core.engine.Network;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a policy: prompts, rollouts, experience, advantages, mini-batches, updates. {@link #step}
 * is the whole of it.
 *
 * <p>The critic starts with random values, so its first advantages are noise of the size of its
 * head, which whitening turns into a return-to-go like REINFORCE++'s; {@code critic.warmupUpdates}
 * rollout batches may train it alone first.
 */
public final class RlTrainer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RlTrainer.class);

  private final RlSettings settings;
  private final ResolvedAlgorithm resolved;
  private final RlModels models;
  private final CurriculumStream stream;
  private final RolloutQueue rollouts;
  private final RewardRunner reward;
  private final RolloutSampler sampler;
  private final RewardStage rewards;
  private final ExperienceMaker experienceMaker;
  private final TrainStep policy;
  private final @Nullable TrainStep critic;
  private final PolicyUpdate policyUpdate;
  private final @Nullable DivergenceUpdate divergenceUpdate;
  private final @Nullable CriticUpdate criticUpdate;
  private KlController klController;
  private long updates;

  /**
   * A trainer at its beginning. Every prompt is encoded once, to find out now what the model could
   * not take later; prompts that a {@link PromptCheck} has passed are not.
   *
   * @throws IllegalArgumentException for settings that name something unknown, a critic missing, or
   *     a prompt that the model cannot take
   */
  public RlTrainer(
      RlSettings settings, RlModels models, PromptCodec codec, Prompts prompts, Reward reward) {
    this(settings, models, codec, prompts, reward, RewardLimits.DEFAULT);
  }

  /** The same with limits for the reward; with {@code DROP} it may leave responses out. */
  public RlTrainer(
      RlSettings settings,
      RlModels models,
      PromptCodec codec,
      Prompts prompts,
      Reward reward,
      RewardLimits limits) {
    this.settings = settings;
    this.resolved = ResolvedAlgorithm.of(settings);
    ResolvedAlgorithm.note(settings).ifPresent(LOG::warn);
    this.models = models;
    this.stream =
        new CurriculumStream(
            new PromptCheck(codec, models.generator().maxPositions())
                .usable(prompts, settings.rollout().maxNewTokens(), BadLines.FATAL),
            settings.seed(),
            settings.rollout().curriculum().map(Curriculum.registry()::get).orElse(null));
    this.reward = new RewardRunner(reward, limits);
    this.sampler =
        new RolloutSampler(
            models.generator(),
            codec,
            this.reward,
            settings,
            resolved.algorithm().needsGreedyRollout());
    this.rollouts =
        new RolloutQueue(
            new RolloutCollector(stream, sampler, reward, settings.rollout()),
            settings.rollout().staleness(),
            stream::prompt);
    this.rewards = new RewardStage(settings);
    Network critic =
        resolved.algorithm().needsCritic() ? models.requireCritic(settings.algorithm()) : null;
    this.experienceMaker =
        new ExperienceMaker(
            models.reference(),
            critic,
            samplesOffPolicy() ? models.policy() : null,
            resolved,
            settings,
            reward);
    AdamWSettings optimizer = settings.update().optimizer();
    this.policy = new TrainStep("policy", models.policy(), optimizer, settings.update().emaDecay());
    this.policyUpdate = new PolicyUpdate(policy, resolved.objective(), settings);
    this.divergenceUpdate =
        settings.distillation().divergence().isEmpty()
            ? null
            : new DivergenceUpdate(
                policy,
                models.requireTeacher(),
                new Divergence(settings.distillation().divergence().getAsDouble()),
                resolved.objective(),
                settings);
    this.critic = critic == null ? null : new TrainStep("critic", critic, optimizer);
    this.criticUpdate =
        this.critic == null ? null : new CriticUpdate(this.critic, resolved.valueLoss(), settings);
    this.klController = ResolvedAlgorithm.klController(settings, settings.kl().coefficient());
  }

  /**
   * What becomes of updates that met a number which is not finite; without one they end the run.
   */
  public void guard(NonFiniteGuard guard) {
    policy.guard(guard);
    if (critic != null) {
      critic.guard(guard);
    }
  }

  /** The settings. */
  public RlSettings settings() {
    return settings;
  }

  /** The moving average of the policy, live, where {@code update.emaDecay} asks for one. */
  public Optional<Parameters> average() {
    return policy.average();
  }

  /** Steps done. */
  public long updates() {
    return updates;
  }

  /**
   * Writes all that the rest of the run depends on into a new folder: parameters, optimisers,
   * random counters, prompt cursor, β, entropy bonus, reward statistics, rollouts that wait for
   * their update.
   */
  public void save(Path folder) {
    save(folder, ImmutableMap.of());
  }

  /** The same with arrays that the caller keeps beside the networks, such as an average of them. */
  public void save(Path folder, ImmutableMap<String, Parameters> others) {
    state(others).save(folder, counters());
  }

  /**
   * Goes on from a state that {@link #save} wrote, bit for bit: the next step is the one that would
   * have come. The reference is not part of it: make it from the same model as before. All of it is
   * checked before anything changes.
   *
   * @throws IllegalArgumentException for a state of another model or of other settings, and for a
   *     damaged one
   */
  public void resume(Path folder) {
    resume(folder, ImmutableMap.of());
  }

  /** The same with arrays that the caller keeps, which are overwritten. */
  public void resume(Path folder, ImmutableMap<String, Parameters> others) {
    TrainingState.Counters counters = state(others).load(folder, counters());
    updates = counters.count("updates");
    stream.seek(counters.count("prompts"));
    sampler.seek(counters.count("drawn"));
    klController = ResolvedAlgorithm.klController(settings, counters.number("klCoefficient"));
    policyUpdate.restore(
        ResolvedAlgorithm.entropyController(
            settings, counters.number("entropyCoefficient"), counters.number("entropyMeasured")));
    rewards
        .pipeline()
        .restore(
            new ScoreNormalizer(
                counters.count("rewards"),
                counters.number("rewardMean"),
                counters.number("rewardSquares")));
  }

  private TrainingState state(ImmutableMap<String, Parameters> others) {
    ImmutableMap<String, TrainStep> steps =
        critic == null
            ? ImmutableMap.of("policy", policy)
            : ImmutableMap.of("policy", policy, "critic", critic);
    return new TrainingState(
        new TrainingState.Parts(
            "reinforcement learning",
            settings,
            steps,
            ImmutableMap.<String, Parameters>builder()
                .putAll(others)
                .putAll(stream.state())
                .buildOrThrow(),
            settings.rollout().staleness() == 0 ? null : rollouts));
  }

  private TrainingState.Counters counters() {
    ScoreNormalizer statistics = rewards.pipeline().statistics();
    return new TrainingState.Counters(
        ImmutableMap.of(
            "updates",
            updates,
            "prompts",
            stream.cursor(),
            "drawn",
            sampler.drawn(),
            "rewards",
            statistics.count()),
        ImmutableMap.of(
            "klCoefficient",
            klController.coefficient(),
            "entropyCoefficient",
            policyUpdate.entropy().coefficient(),
            "entropyMeasured",
            policyUpdate.entropy().measured(),
            "rewardMean",
            statistics.mean(),
            "rewardSquares",
            statistics.squares()));
  }

  /** Steps up to this number of updates, each reported to the sink and the listener. */
  public void run(long untilUpdates, MetricSink sink, TrainingListener listener) {
    while (updates < untilUpdates) {
      StepReport report = step(listener);
      Map<String, Double> row = new LinkedHashMap<>(report.metrics());
      row.putAll(report.times());
      sink.record(report.update(), row);
      listener.onStep(report);
    }
  }

  /** One step without a listener. */
  public StepReport step() {
    return step(TrainingListener.NONE);
  }

  /** One rollout batch: sampled, scored, and learnt from. */
  public StepReport step(TrainingListener listener) {
    updates++;
    PhaseClock clock = PhaseClock.start(listener, updates);
    MetricRow metrics = new MetricRow();
    RolloutCollector.Collected collected = rollouts.next(clock, metrics);
    StepMetrics.ofRollouts(collected.judged(), metrics);
    RewardStage.Shaped shaped = rewards.shape(collected.kept(), metrics);
    ImmutableList<SampleTrace> traces = ImmutableList.of();
    if (shaped.rollouts().size() > 0) {
      double beta = klController.coefficient();
      ExperienceMaker.Estimated estimated = experienceMaker.make(shaped, beta, clock, metrics);
      metrics.mean(Metric.KL_COEF, beta);
      learn(estimated.batch(), shaped.rollouts().groups(), clock, metrics);
      traces = estimated.batch().traces(shaped.rollouts().samples());
      klController = klController.update(estimated.kl(), shaped.rollouts().size());
    }
    return new StepReport(updates, metrics.build(), clock.stop(), collected.sampled(), traces);
  }

  private void learn(TrainingBatch batch, int[] groups, PhaseClock clock, MetricRow metrics) {
    double actorRate = rate(settings.update().learningRate());
    double criticRate = rate(settings.critic().learningRate());
    boolean first = true;
    for (int epoch = 0; epoch < settings.update().epochs(); epoch++) {
      long pass = (updates - 1) * settings.update().epochs() + epoch;
      for (int[] rows :
          MiniBatches.of(groups, settings.update().samples(), settings.seed(), pass)) {
        TrainingBatch miniBatch = batch.pick(rows);
        if (criticUpdate != null) {
          criticUpdate.run(miniBatch, criticRate, clock, metrics);
        }
        if (divergenceUpdate != null) {
          divergenceUpdate.run(miniBatch, actorRate, clock, metrics);
        } else if (criticUpdate == null || updates > settings.critic().warmupUpdates()) {
          double deviation = policyUpdate.run(miniBatch, actorRate, clock, metrics);
          if (first) {
            checkRatio(deviation);
            metrics.mean(Metric.RATIO_DEVIATION, deviation);
            first = false;
          }
        }
      }
    }
    metrics.mean(Metric.ACTOR_LR, actorRate);
    if (critic != null) {
      metrics.mean(Metric.CRITIC_LR, criticRate);
    }
  }

  /**
   * Whether the policy that samples may differ from the one before its update: by updates, or by
   * the rounding of another engine where that matters. The old log-probs are then scored again.
   */
  private boolean samplesOffPolicy() {
    return settings.rollout().staleness() > 0
        || (resolved.objective().settings().offPolicy().isOn() && models.ratioTolerance() > 0);
  }

  /** Before the first update of a rollout batch the policy is the old one: ρ is 1. */
  private void checkRatio(double deviation) {
    checkState(
        deviation <= models.ratioTolerance(),
        "|ρ − 1| is %s before the first update, %s is allowed: the generator does not sample from"
            + " the policy that is trained",
        deviation,
        models.ratioTolerance());
  }

  /** Of this rollout batch, counted from 1: none is sampled to be learnt from at rate 0. */
  private double rate(double peak) {
    return settings.update().schedule(peak).at(updates);
  }

  @Override
  public void close() {
    reward.close();
    stream.close();
    policy.close();
    if (critic != null) {
      critic.close();
    }
  }
}
