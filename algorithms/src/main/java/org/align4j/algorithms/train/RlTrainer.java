package org.align4j.algorithms.train;

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
import org.align4j.algorithms.train.step.TrainingState;
import org.align4j.core.engine.Engine;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.tensor.Parameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a policy: prompts, rollouts, experience, advantages, mini-batches, updates. {@link #step}
 * is the whole of it.
 */
public final class RlTrainer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RlTrainer.class);

  private final RlSettings settings;
  private final CurriculumStream stream;
  private final RolloutQueue rollouts;
  private final RewardRunner reward;
  private final RolloutSampler sampler;
  private final RewardStage rewards;
  private final ExperienceMaker experienceMaker;
  private final Learner learner;
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
    this(
        settings,
        Replicas.local(settings, models),
        models.engine(),
        codec,
        prompts,
        reward,
        limits);
  }

  /**
   * The same with the models wherever they are.
   *
   * @param replicas whose learner is closed with the trainer
   * @param engine that runs the policy
   */
  public RlTrainer(
      RlSettings settings,
      Replicas replicas,
      Engine engine,
      PromptCodec codec,
      Prompts prompts,
      Reward reward,
      RewardLimits limits) {
    ResolvedAlgorithm resolved = ResolvedAlgorithm.of(settings);
    ResolvedAlgorithm.note(settings).ifPresent(LOG::warn);
    this.settings = settings;
    this.learner = replicas.learner();
    this.stream =
        new CurriculumStream(
            new PromptCheck(codec, replicas.completions().maxPositions())
                .usable(prompts, settings.rollout().maxNewTokens(), BadLines.FATAL),
            settings.seed(),
            settings.rollout().curriculum().map(Curriculum.registry()::get).orElse(null));
    this.reward = new RewardRunner(reward, limits);
    this.sampler =
        new RolloutSampler(
            replicas.completions(),
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
    this.experienceMaker =
        new ExperienceMaker(
            replicas.reference(),
            resolved.algorithm().needsCritic() ? replicas.critic() : null,
            samplesOffPolicy(resolved, engine) ? replicas.policy() : null,
            resolved,
            settings,
            reward);
    this.klController = ResolvedAlgorithm.klController(settings, settings.kl().coefficient());
  }

  /**
   * What becomes of updates that met a number which is not finite; without one they end the run.
   */
  public void guard(NonFiniteGuard guard) {
    learner.guard(guard);
  }

  /** The settings. */
  public RlSettings settings() {
    return settings;
  }

  /** The moving average of the policy, live, where {@code update.emaDecay} asks for one. */
  public Optional<Parameters> average() {
    return learner.state().values().stream().flatMap(step -> step.average().stream()).findFirst();
  }

  /** Brings the parameters in this process up to date, where others train them. */
  public void synchronise() {
    var _ = learner.state();
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
    learner.restore(
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
    return new TrainingState(
        new TrainingState.Parts(
            "reinforcement learning",
            settings,
            learner.state(),
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
            learner.entropy().coefficient(),
            "entropyMeasured",
            learner.entropy().measured(),
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
      learner.update(estimated.batch(), shaped.rollouts().groups(), updates, clock, metrics);
      traces = estimated.batch().traces(shaped.rollouts().samples());
      klController = klController.update(estimated.kl(), shaped.rollouts().size());
    }
    return new StepReport(updates, metrics.build(), clock.stop(), collected.sampled(), traces);
  }

  /**
   * Whether the policy that samples may differ from the one before its update: by updates, or by
   * the rounding of another engine where that matters. The old log-probs are then scored again.
   */
  private boolean samplesOffPolicy(ResolvedAlgorithm resolved, Engine engine) {
    return settings.rollout().staleness() > 0
        || (resolved.objective().settings().offPolicy().isOn() && engine.ratioTolerance() > 0);
  }

  @Override
  public void close() {
    reward.close();
    stream.close();
    learner.close();
  }
}
