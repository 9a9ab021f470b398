package org.align4j.algorithms.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.run.config.SftConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.data.SftData;
import org.align4j.algorithms.run.memory.JobMemory;
import org.align4j.algorithms.run.memory.JobMemory.Networks;
import org.align4j.algorithms.settings.SftSettings;
import org.align4j.algorithms.train.SftTrainer;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.evaluation.Evaluation;
import org.align4j.algorithms.train.evaluation.Evaluator;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.runtime.Resources;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.transformer.ModelHead;

/** Supervised fine-tuning as a run. Owns its model. */
public final class SftRun implements Trainable {

  private static final int SLOTS = 64;

  private final SftConfig config;
  private final Policy policy;
  private final SftData data;
  private final SftTrainer trainer;

  /** A run at its beginning; the policy is taken over. */
  public SftRun(SftConfig config, Policy policy, SftData data) {
    this.config = config;
    this.policy = policy;
    SftSettings fitting =
        config
            .training()
            .withMaxLength(Math.min(config.training().maxLength(), policy.config().maxPositions()));
    this.data = data.usable(policy, fitting.maxLength(), config.input());
    this.trainer =
        new SftTrainer(
            policy.network(),
            ModelCodec.of(policy),
            this.data.examples(),
            this.data.size(),
            fitting);
  }

  @Override
  public long updates() {
    return trainer.done();
  }

  @Override
  public long planned() {
    return trainer.steps();
  }

  /** What a run of this kind takes. */
  public static JobMemory memory(SftConfig config, Engine engine) {
    StoredCheckpoint model = PolicyFiles.open(config.input().model());
    int longest = Math.min(config.training().maxLength(), model.config().maxPositions());
    var update = config.training().update();
    boolean asks =
        config.run().evaluation().isOn() && config.run().evaluation().prompts().isPresent();
    return new JobMemory(
        model,
        engine,
        Resources.shared(),
        PolicyFiles.tuning(
            config.input().model(), model, config.input().lora(), config.input().train()),
        new Networks(ModelHead.LANGUAGE, false, false, update.emaDecay() > 0, ImmutableList.of()),
        new Passes(longest, update.microBatchTokens(), asks ? SLOTS : 0));
  }

  @Override
  public StepResult step() {
    long before = System.nanoTime();
    ImmutableMap<String, Double> metrics = trainer.step().metrics();
    double seconds = (System.nanoTime() - before) * 1e-9;
    return new StepResult(metrics, ImmutableMap.of("time/total", seconds), ImmutableList.of());
  }

  /** Loss of held-out examples, where there are any; accuracy where they have answers. */
  @Override
  public ImmutableMap<String, Double> evaluate() {
    ImmutableMap.Builder<String, Double> metrics = ImmutableMap.builder();
    if (!data.heldOut().isEmpty()) {
      metrics.put("eval/loss", trainer.evaluate(data.heldOut()));
    }
    if (!data.problems().isEmpty()) {
      Evaluation evaluation =
          new Evaluator(policy.generator(SLOTS), ModelCodec.of(policy), Rewards.named("math"))
              .greedy(
                  Prompts.of(data.problems()),
                  data.problems().size(),
                  config.input().maxNewTokens());
      metrics.put("eval/accuracy", evaluation.accuracy().value());
    }
    return metrics.buildOrThrow();
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
    policy.close();
  }
}
