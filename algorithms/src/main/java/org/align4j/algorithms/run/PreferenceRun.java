package org.align4j.algorithms.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.data.Shuffle;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.run.config.DpoConfig;
import org.align4j.algorithms.run.config.RewardModelConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.memory.JobMemory;
import org.align4j.algorithms.run.memory.JobMemory.Networks;
import org.align4j.algorithms.settings.PreferenceSettings;
import org.align4j.algorithms.settings.input.PairInput;
import org.align4j.algorithms.train.PairScores;
import org.align4j.algorithms.train.PreferenceTrainer;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.optim.LearningRateSchedule;
import org.align4j.core.runtime.Resources;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.align4j.models.transformer.ModelHead;

/**
 * Training on pairs as a run: a policy by direct preference optimisation, or a whole reward model.
 * Pairs have an order of their own for every pass, and a batch may reach into the next pass, so
 * every step has as many. Owns its models.
 */
public final class PreferenceRun implements Trainable {

  private final PairModel model;
  private final PreferenceTrainer trainer;
  private final PairSplit pairs;
  private final Record config;
  private final PreferenceSettings settings;
  private final int planned;
  private final LearningRateSchedule schedule;
  private final Shuffle shuffle;
  private int done;

  private PreferenceRun(
      PairModel model,
      PreferenceTrainer trainer,
      PairSplit pairs,
      Record config,
      PreferenceSettings settings) {
    this.model = model;
    this.trainer = trainer;
    this.pairs = pairs;
    this.config = config;
    this.settings = settings;
    this.planned = settings.stepsOver(pairs.training().size());
    this.schedule = settings.update().scheduleOver(planned);
    this.shuffle = new Shuffle("preference order", settings.seed(), pairs.training().size());
  }

  /** A policy, taken over; the reference is a copy of it as it is now. */
  public static PreferenceRun direct(DpoConfig config, Policy policy, PairSplit pairs) {
    Reference reference = Reference.of(policy);
    return new PreferenceRun(
        new PairModel.Direct(policy, reference),
        PreferenceTrainer.policy(
            policy.network(),
            reference,
            ModelCodec.of(policy),
            config.direct().preference(),
            config.training().update()),
        pairs,
        config,
        config.training());
  }

  /** A reward model on the body of a policy, which is taken over and closed. */
  public static PreferenceRun rewardModel(
      RewardModelConfig config, Policy policy, PairSplit pairs) {
    ModelCodec codec = ModelCodec.of(policy);
    RewardModel model = RewardModel.from(policy, config.training().seed());
    return new PreferenceRun(
        new PairModel.Rewarding(model),
        PreferenceTrainer.rewardModel(
            model.network(), codec, config.reward().loss(), config.training().update()),
        pairs,
        config,
        config.training());
  }

  @Override
  public long updates() {
    return done;
  }

  @Override
  public long planned() {
    return planned;
  }

  /** What a run of {@link #direct} takes. */
  public static JobMemory memory(DpoConfig config, Engine engine) {
    return memory(config.training(), config.input(), ModelHead.LANGUAGE, engine);
  }

  /** What a run of {@link #rewardModel} takes. */
  public static JobMemory memory(RewardModelConfig config, Engine engine) {
    return memory(config.training(), config.input(), ModelHead.SCALAR, engine);
  }

  private static JobMemory memory(
      PreferenceSettings settings, PairInput input, ModelHead head, Engine engine) {
    StoredCheckpoint model = PolicyFiles.open(Optional.of(input.model()));
    return new JobMemory(
        model,
        engine,
        Resources.shared(),
        PolicyFiles.tuning(Optional.of(input.model()), model, input.lora(), input.train()),
        new Networks(
            head,
            head == ModelHead.LANGUAGE,
            false,
            settings.update().emaDecay() > 0,
            ImmutableList.of()),
        new Passes(
            Math.min(settings.maxLength(), model.config().maxPositions()),
            settings.update().microBatchTokens(),
            0));
  }

  /** Metrics have TRL's names and are of the batch before the step. */
  @Override
  public StepResult step() {
    long before = System.nanoTime();
    PreferenceTrainer.Report report = trainer.step(batch(), schedule.at(done));
    done++;
    double seconds = (System.nanoTime() - before) * 1e-9;
    return new StepResult(
        ImmutableMap.<String, Double>builder()
            .putAll(report.scores().metrics())
            .put("learning_rate", report.learningRate())
            .put("grad_norm", report.gradientNorm())
            .put("skipped_steps", report.applied() ? 0.0 : 1.0)
            .buildOrThrow(),
        ImmutableMap.of("time/total", seconds),
        ImmutableList.of());
  }

  private List<PreferencePair> batch() {
    List<PreferencePair> batch = new ArrayList<>();
    int size = settings.update().samples();
    for (int i = 0; i < size; i++) {
      batch.add(pairs.training().get(shuffle.at((long) done * size + i)));
    }
    return batch;
  }

  private PairScores heldOut() {
    return trainer.evaluate(pairs.heldOut());
  }

  @Override
  public ImmutableMap<String, Double> evaluate() {
    return heldOut().evaluation();
  }

  @Override
  public void save(Path folder) {
    trainer.save(folder, config, done);
  }

  @Override
  public void resume(Path folder) {
    done = Math.toIntExact(trainer.resume(folder, config));
  }

  @Override
  public void guard(NonFiniteGuard guard) {
    trainer.guard(guard);
  }

  @Override
  public void saveModel(Path folder) {
    model.save(folder, this::heldOut);
  }

  @Override
  public boolean saveAverage(Path folder) {
    return trainer.withAverage(() -> saveModel(folder));
  }

  @Override
  public void conclude(RunFolder folder) {
    if (!pairs.heldOut().isEmpty()) {
      AtomicFiles.writeString(
          folder.evaluation(), model.evaluation(heldOut()).toPrettyString() + "\n");
    }
  }

  @Override
  public String text(TokenSequence sequence) {
    return model.text(sequence);
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
