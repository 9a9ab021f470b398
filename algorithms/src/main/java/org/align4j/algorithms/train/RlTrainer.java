package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.algorithms.advantage.Advantages;
import org.align4j.algorithms.advantage.Experience;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.PromptStream;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.kl.KlController;
import org.align4j.algorithms.reward.Reward;
import org.align4j.core.engine.Network;
import org.align4j.core.metric.MetricSink;
import org.align4j.core.optim.LearningRateSchedule;
import org.align4j.core.optim.LearningRateSchedule.Decay;
import org.jspecify.annotations.Nullable;

/**
 * Trains a policy: prompts, rollouts, experience, advantages, mini-batches, updates. {@link #step}
 * is the whole of it.
 *
 * <p>The critic starts with random values, so its first advantages are noise of the size of its
 * head, which whitening turns into a return-to-go like REINFORCE++'s; {@code criticWarmupUpdates}
 * rollout batches may train it alone first.
 */
public final class RlTrainer implements AutoCloseable {

  private final RlSettings settings;
  private final Recipe recipe;
  private final RlModels models;
  private final PromptStream stream;
  private final RolloutSampler sampler;
  private final ExperienceMaker experienceMaker;
  private final NetworkUpdater policy;
  private final @Nullable NetworkUpdater critic;
  private final PolicyUpdate policyUpdate;
  private final @Nullable CriticUpdate criticUpdate;
  private final RewardNormalizer normalizer = new RewardNormalizer();
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
    this.settings = settings;
    this.recipe = Recipe.of(settings);
    this.models = models;
    this.stream =
        new PromptStream(
            new PromptCheck(codec, models.generator().maxPositions())
                .usable(prompts, settings.maxNewTokens(), BadLines.FATAL),
            settings.seed());
    this.sampler =
        new RolloutSampler(
            models.generator(), codec, reward, settings, recipe.algorithm().needsGreedyRollout());
    Network critic =
        recipe.algorithm().needsCritic() ? models.requireCritic(settings.algorithm()) : null;
    this.experienceMaker =
        new ExperienceMaker(
            models.reference(), critic, settings.normalizeReward() ? normalizer : null, settings);
    this.policy =
        new NetworkUpdater(
            "policy", models.policy(), settings.weightDecay(), settings.maxNormClip());
    this.policyUpdate = new PolicyUpdate(policy, recipe.objective(), settings);
    this.critic =
        critic == null
            ? null
            : new NetworkUpdater("critic", critic, settings.weightDecay(), settings.maxNormClip());
    this.criticUpdate =
        this.critic == null ? null : new CriticUpdate(this.critic, recipe.valueLoss(), settings);
    this.klController = Recipe.klController(settings, settings.initKlCoef());
  }

  /** The settings. */
  public RlSettings settings() {
    return settings;
  }

  /** Steps done. */
  public long updates() {
    return updates;
  }

  /**
   * Writes all that the rest of the run depends on into a new folder: parameters, optimisers,
   * random counters, prompt cursor, β, reward statistics.
   */
  public void save(Path folder) {
    var counters =
        new TrainingState.Counters(
            updates,
            stream.cursor(),
            sampler.drawn(),
            klController.coefficient(),
            normalizer.state());
    TrainingState.save(folder, settings, counters, updaters());
  }

  /**
   * Goes on from a state that {@link #save} wrote, bit for bit: the next step is the one that would
   * have come. The reference is not part of it: make it from the same model as before.
   *
   * @throws IllegalArgumentException for a state of another model or of other settings
   */
  public void resume(Path folder) {
    TrainingState.Counters counters = TrainingState.load(folder, settings, updaters());
    updates = counters.updates();
    stream.seek(counters.cursor());
    sampler.seek(counters.drawn());
    klController = Recipe.klController(settings, counters.klCoefficient());
    normalizer.restore(counters.normalizer());
  }

  private ImmutableMap<String, NetworkUpdater> updaters() {
    return critic == null
        ? ImmutableMap.of("policy", policy)
        : ImmutableMap.of("policy", policy, "critic", critic);
  }

  /** Steps up to this number of updates, each told to the sink and the listener. */
  public void run(long untilUpdates, MetricSink sink, TrainingListener listener) {
    while (updates < untilUpdates) {
      StepReport report = step(listener);
      sink.record(report.update(), withTimes(report));
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
    PhaseClock clock = new PhaseClock(System::nanoTime, listener, updates);
    MetricRow metrics = new MetricRow();
    ImmutableList<Prompt> prompts = stream.next(settings.promptsPerBatch());
    Rollouts sampled = sampler.sample(prompts, clock);
    StepMetrics.ofRollouts(sampled, metrics);
    Rollouts rollouts = settings.filterGroups() ? sampled.withoutUniformGroups() : sampled;
    metrics.sum(Metric.FILTERED_GROUPS, sampled.groupCount() - rollouts.groupCount());
    if (rollouts.size() > 0) {
      Experience experience = experienceMaker.make(rollouts, clock);
      Advantages advantages =
          Advantages.of(
              recipe.estimator(), experience, recipe.advantage(klController.coefficient()));
      double kl = StepMetrics.ofAdvantages(experience, advantages, metrics);
      metrics.mean(Metric.KL_COEF, klController.coefficient());
      learn(batch(rollouts, experience, advantages), rollouts.groups(), clock, metrics);
      klController = klController.update(kl, rollouts.size());
    }
    return new StepReport(updates, metrics.build(), clock.stop(), sampled.samples());
  }

  private void learn(TrainingBatch batch, int[] groups, PhaseClock clock, MetricRow metrics) {
    double actorRate = rate(settings.actorLearningRate());
    double criticRate = rate(settings.criticLearningRate());
    boolean first = true;
    for (int epoch = 0; epoch < settings.maxEpochs(); epoch++) {
      long pass = (updates - 1) * settings.maxEpochs() + epoch;
      for (int[] rows : MiniBatches.of(groups, settings.trainBatchSize(), settings.seed(), pass)) {
        TrainingBatch miniBatch = batch.pick(rows);
        if (criticUpdate != null) {
          criticUpdate.run(miniBatch, criticRate, clock, metrics);
        }
        if (criticUpdate == null || updates > settings.criticWarmupUpdates()) {
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

  /** Before the first update of a rollout batch the policy is the one that sampled: ρ is 1. */
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
    int warmup = settings.warmupUpdates();
    int decay = settings.decayUpdates();
    LearningRateSchedule schedule =
        decay == 0
            ? new LearningRateSchedule(peak, warmup, 1, Decay.CONSTANT, 1)
            : LearningRateSchedule.cosine(peak, warmup, decay);
    return schedule.at(updates);
  }

  private static TrainingBatch batch(
      Rollouts rollouts, Experience experience, Advantages advantages) {
    int columns = rollouts.columns();
    var reference = experience.refLogProbs();
    var values = experience.values();
    return new TrainingBatch(
        rollouts.sequences(),
        Columns.mask(rollouts.sequences(), columns),
        Columns.rows(experience.logProbs()),
        reference == null ? new float[rollouts.size()][columns] : Columns.rows(reference),
        Columns.rows(advantages.advantages()),
        Columns.rows(advantages.returns()),
        values == null ? null : Columns.rows(values));
  }

  private static ImmutableMap<String, Double> withTimes(StepReport report) {
    Map<String, Double> row = new LinkedHashMap<>(report.metrics());
    for (Phase phase : Phase.values()) {
      String name = phase.label().replace(' ', '_');
      row.put("tokens/" + name, (double) report.phases().tokens(phase));
      row.put("time/" + name, report.phases().seconds(phase));
    }
    row.put("time/total", report.phases().totalSeconds());
    return ImmutableMap.copyOf(row);
  }

  @Override
  public void close() {
    policy.close();
    if (critic != null) {
      critic.close();
    }
  }
}
