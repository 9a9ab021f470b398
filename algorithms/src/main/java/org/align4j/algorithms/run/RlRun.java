package org.align4j.algorithms.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.run.cluster.Cluster;
import org.align4j.algorithms.run.config.TrainConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.Teacher;
import org.align4j.algorithms.run.data.TrainData;
import org.align4j.algorithms.run.log.CompletionRow;
import org.align4j.algorithms.run.memory.JobMemory;
import org.align4j.algorithms.run.memory.JobMemory.Networks;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.algorithms.settings.run.EvaluationSettings;
import org.align4j.algorithms.train.LocalLearner;
import org.align4j.algorithms.train.Replicas;
import org.align4j.algorithms.train.RlModels;
import org.align4j.algorithms.train.RlTrainer;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.evaluation.Evaluation;
import org.align4j.algorithms.train.evaluation.Evaluator;
import org.align4j.algorithms.train.experience.ResolvedAlgorithm;
import org.align4j.algorithms.train.report.SampleTrace;
import org.align4j.algorithms.train.report.ScoredSample;
import org.align4j.algorithms.train.report.StepReport;
import org.align4j.algorithms.train.report.TrainingListener;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.runtime.Resources;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.transformer.ModelHead;
import org.jspecify.annotations.Nullable;

/** Reinforcement learning as a run. */
public final class RlRun implements Trainable {

  private static final int EVALUATION_SLOTS = 64;

  private static final long LEARNING_COPIES = 5;

  private final Policy policy;
  private final RunModels models;
  private final RlTrainer trainer;
  private final CompletionSource completions;
  private final @Nullable Cluster cluster;
  private final TrainConfig config;
  private final TrainData data;
  private final long planned;
  private final Reward reward;
  private final TrainingListener listener;
  private final boolean shared;

  /**
   * A run at its beginning; owns its models.
   *
   * @param policy to train, taken over; the reference is a copy of it as it is now, or the teacher
   * @param reward scores the responses, taken over
   * @param listener listens to phases and steps
   */
  public RlRun(
      TrainConfig config, Policy policy, TrainData data, Reward reward, TrainingListener listener) {
    this(config, policy, data, reward, listener, null);
  }

  /**
   * The same on other machines.
   *
   * @param cluster whose executors do the work, the caller's to close; null for this machine
   */
  public RlRun(
      TrainConfig config,
      Policy policy,
      TrainData data,
      Reward reward,
      TrainingListener listener,
      @Nullable Cluster cluster) {
    this(
        config,
        RunModels.of(
            config,
            policy,
            // The reference of a cluster is on its machines; a teacher's tokenizer is checked here.
            cluster == null || config.input().teacher().isPresent()
                ? Teacher.orSelf(config.input(), policy)
                : null),
        data.usable(policy, config.training().rollout().maxNewTokens(), config.input()),
        planned(config, data),
        reward,
        listener,
        false,
        cluster);
  }

  private RlRun(
      TrainConfig config,
      RunModels models,
      TrainData data,
      long planned,
      Reward reward,
      TrainingListener listener,
      boolean shared,
      @Nullable Cluster cluster) {
    this.config = config;
    this.models = models;
    this.policy = models.policy();
    this.data = data;
    this.planned = planned;
    this.reward = reward;
    this.listener = listener;
    this.shared = shared;
    this.cluster = cluster;
    RlSettings settings = config.training();
    RlModels networks = models.networks(config);
    Replicas replicas =
        cluster == null
            ? Replicas.local(settings, networks)
            : cluster.replicas(
                config,
                policy.engine(),
                networks.generator().maxPositions(),
                new LocalLearner(settings, networks));
    this.completions =
        cluster == null ? policy.generator(EVALUATION_SLOTS) : replicas.completions();
    this.trainer =
        new RlTrainer(
            settings,
            replicas,
            policy.engine(),
            ModelCodec.of(policy),
            this.data.training(),
            reward,
            RewardLimits.of(config.input().judging()));
  }

  /**
   * One of several runs that start from the same policy.
   *
   * @param policy to train, taken over
   * @param reference what all of them are kept close to; stays the caller's, as the reward does
   * @param data of which this policy can take all: {@link TrainData#usable}
   */
  public static RlRun sharing(
      TrainConfig config, Policy policy, Reference reference, TrainData data, Reward reward) {
    return new RlRun(
        config,
        RunModels.of(config, policy, reference),
        data,
        planned(config, data),
        reward,
        TrainingListener.NONE,
        true,
        null);
  }

  @Override
  public long updates() {
    return trainer.updates();
  }

  /** As set, or one pass over the prompts. */
  @Override
  public long planned() {
    return planned;
  }

  /** Rollout batches of a run: as set, or one pass over the prompts. */
  public static long planned(TrainConfig config, TrainData data) {
    return config
        .input()
        .updates()
        .orElseGet(
            () -> Math.max(1, data.training().size() / config.training().rollout().prompts()));
  }

  /**
   * What a run of this kind takes, with responses of full length. A teacher stands in the
   * reference's place.
   */
  public static JobMemory memory(TrainConfig config, TrainData data, Engine engine) {
    RlSettings settings = config.training();
    StoredCheckpoint model = PolicyFiles.open(config.input().model());
    Optional<StoredCheckpoint> teacher =
        config.input().teacher().map(path -> StoredCheckpoint.open(Path.of(path)));
    boolean chat = !config.input().isEmbedded() && model.chatTemplate().isPresent();
    Prompts prompts = chat ? data.training().asChats() : data.training();
    int slots = settings.rollout().size();
    return new JobMemory(
        model,
        engine,
        Resources.shared(),
        PolicyFiles.tuning(
            config.input().model(), model, config.input().lora(), config.input().train()),
        new Networks(
            ModelHead.LANGUAGE,
            teacher.isEmpty(),
            ResolvedAlgorithm.of(settings).algorithm().needsCritic(),
            settings.update().emaDecay() > 0,
            teacher.stream().collect(ImmutableList.toImmutableList())),
        new Passes(
            ModelCodec.of(model).longest(prompts) + settings.rollout().maxNewTokens(),
            settings.update().microBatchTokens(),
            data.heldOut().isPresent() ? Math.max(slots, EVALUATION_SLOTS) : slots));
  }

  /** Bytes of weights in both forms, gradients and moments of what learns. */
  public long learningBytes() {
    long parameters =
        policy.parameters().size()
            + (models.critic() == null ? 0 : models.critic().network().parameters().size());
    return LEARNING_COPIES * Float.BYTES * parameters;
  }

  @Override
  public StepResult step() {
    StepReport report = trainer.step(listener);
    listener.onStep(report);
    return new StepResult(report.metrics(), times(report), completions(report));
  }

  private ImmutableMap<String, Double> times(StepReport report) {
    return cluster == null
        ? report.times()
        : ImmutableMap.<String, Double>builder()
            .putAll(report.times())
            .putAll(cluster.costs())
            .buildOrThrow();
  }

  private ImmutableList<Map<String, @Nullable Object>> completions(StepReport report) {
    IdentityHashMap<ScoredSample, SampleTrace> traces = new IdentityHashMap<>();
    if (config.run().logging().tokens()) {
      report.traces().forEach(trace -> traces.put(trace.sample(), trace));
    }
    ImmutableList.Builder<Map<String, @Nullable Object>> rows = ImmutableList.builder();
    for (ScoredSample sample : report.samples()) {
      SampleTrace trace = traces.get(sample);
      rows.add(
          trace == null
              ? CompletionRow.of(sample)
              : CompletionRow.of(trace, id -> policy.tokenizer().decode(new int[] {id})));
    }
    return rows.build();
  }

  @Override
  public ImmutableMap<String, Double> evaluate() {
    Prompts prompts = data.heldOut().orElseThrow();
    EvaluationSettings settings = config.run().evaluation();
    Evaluator evaluator = new Evaluator(completions, ModelCodec.of(policy), reward);
    RlSettings training = config.training();
    GenerationSettings generation =
        GenerationSettings.of(training.rollout().maxNewTokens())
            .withSampling(
                settings.samples() == 1 ? SamplingSettings.GREEDY : training.rollout().sampling());
    Evaluation evaluation =
        evaluator.sampled(prompts, prompts.size(), settings.samples(), generation, training.seed());
    ImmutableMap.Builder<String, Double> metrics = ImmutableMap.builder();
    if (evaluation.verdicts().keySet().stream().anyMatch(verdict -> !verdict.isEmpty())) {
      if (settings.samples() == 1) {
        metrics.put("eval/accuracy", evaluation.accuracy().value());
      } else {
        metrics.put("eval/mean@" + settings.samples(), evaluation.meanAtK().value());
        metrics.put(
            "eval/pass@" + settings.samples(), evaluation.passAtK(settings.samples()).value());
      }
    }
    return metrics
        .put("eval/reward", evaluation.meanScore())
        .put("eval/response_length", evaluation.meanLength())
        .buildOrThrow();
  }

  @Override
  public void save(Path folder) {
    trainer.save(folder);
  }

  @Override
  public void resume(Path folder) {
    trainer.resume(folder);
  }

  @Override
  public void guard(NonFiniteGuard guard) {
    trainer.guard(guard);
  }

  @Override
  public void saveModel(Path folder) {
    trainer.synchronise();
    policy.save(folder);
  }

  @Override
  public boolean saveAverage(Path folder) {
    trainer.average().ifPresent(average -> policy.save(folder, average));
    return trainer.average().isPresent();
  }

  @Override
  public String text(TokenSequence sequence) {
    return policy.tokenizer().decode(sequence.prompt())
        + policy.tokenizer().decode(sequence.response());
  }

  @Override
  public void close() {
    trainer.close();
    if (shared) {
      models.closeTrained();
    } else {
      models.close();
      reward.close();
    }
  }
}
