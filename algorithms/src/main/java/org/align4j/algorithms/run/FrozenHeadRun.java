package org.align4j.algorithms.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.align4j.algorithms.preference.FrozenHead;
import org.align4j.algorithms.preference.PairFeatures;
import org.align4j.algorithms.preference.PairSplit;
import org.align4j.algorithms.run.config.RewardModelConfig;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.run.folder.RunFolder;
import org.align4j.algorithms.run.memory.JobMemory;
import org.align4j.algorithms.run.memory.JobMemory.Networks;
import org.align4j.algorithms.run.memory.JobMemory.Tuning;
import org.align4j.algorithms.train.PairScores;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.step.NonFiniteException;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.core.engine.Engine;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.runtime.Resources;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.align4j.models.transformer.ModelHead;
import org.jspecify.annotations.Nullable;

/**
 * A reward head on frozen features as a run: a step is a pass over the pairs. The features are
 * computed once, when they are first needed, for training and held-out pairs alike, so an
 * evaluation costs next to nothing. Owns its model.
 */
public final class FrozenHeadRun implements Trainable {

  private final RewardModelConfig config;
  private final PairModel.Rewarding model;
  private final ModelCodec codec;
  private final PairSplit pairs;
  private final IntConsumer progress;
  private @Nullable Learner learner;
  private NonFiniteGuard guard = NonFiniteGuard.STOP;

  /** What needs features. */
  private record Learner(FrozenHead head, PairFeatures heldOut) {}

  /**
   * A run at its beginning.
   *
   * @param policy whose body is read; taken over and closed
   * @param progress gets the number of training pairs that have features
   */
  public FrozenHeadRun(
      RewardModelConfig config, Policy policy, PairSplit pairs, IntConsumer progress) {
    this.config = config;
    this.pairs = pairs;
    this.progress = progress;
    try (policy) {
      this.codec = ModelCodec.of(policy);
      this.model = new PairModel.Rewarding(RewardModel.of(policy, config.training().seed()));
    }
  }

  private Learner learner() {
    if (learner == null) {
      RewardModel body = model.model();
      int tokens = config.training().update().microBatchTokens();
      PairFeatures heldOut = PairFeatures.of(body, codec, pairs.heldOut(), tokens, done -> {});
      PairFeatures training = PairFeatures.of(body, codec, pairs.training(), tokens, progress);
      learner =
          new Learner(
              new FrozenHead(
                  training,
                  config.reward().loss(),
                  config.reward().frozen(),
                  config.training().seed()),
              heldOut);
    }
    return learner;
  }

  private FrozenHead head() {
    return learner().head();
  }

  @Override
  public long updates() {
    return head().epochs();
  }

  @Override
  public long planned() {
    return config.reward().frozen().epochs();
  }

  /** What a run of this kind takes: a body in float32 that only scores. */
  public static JobMemory memory(RewardModelConfig config, Engine engine) {
    StoredCheckpoint model = PolicyFiles.open(Optional.of(config.input().model()));
    return new JobMemory(
        model,
        engine,
        Resources.shared(),
        Tuning.frozen(true),
        Networks.alone(ModelHead.SCALAR),
        new Passes(Math.min(config.training().maxLength(), model.config().maxPositions()), 0, 0));
  }

  @Override
  public StepResult step() {
    long before = System.nanoTime();
    FrozenHead.State state = head().state();
    double loss = head().epoch();
    boolean finite = Double.isFinite(loss) && head().isFinite();
    if (!finite) {
      head().restore(state);
      NonFiniteException failure =
          new NonFiniteException(
              "head: the loss of epoch %s is %s, or a weight is not finite: the learning rate, %s, is"
                      .formatted(state.epochs() + 1, loss, config.reward().frozen().learningRate())
                  + " too high",
              null,
              -1);
      if (!guard.skips(failure)) {
        throw failure;
      }
      head().restore(state.next());
    }
    double seconds = (System.nanoTime() - before) * 1e-9;
    return new StepResult(
        ImmutableMap.of("loss", loss, "skipped_steps", finite ? 0.0 : 1.0),
        ImmutableMap.of("time/total", seconds),
        ImmutableList.of());
  }

  private PairScores scores() {
    return learner().heldOut().scores(head().weights(), config.reward().loss());
  }

  @Override
  public ImmutableMap<String, Double> evaluate() {
    return scores().evaluation();
  }

  @Override
  public void save(Path folder) {
    HeadState.save(folder, config, head().state());
  }

  @Override
  public void resume(Path folder) {
    head().restore(HeadState.load(folder, config, head().state()));
  }

  @Override
  public void guard(NonFiniteGuard value) {
    guard = value;
  }

  @Override
  public void saveModel(Path folder) {
    model.model().replaceHead(head().weights());
    model.save(folder, this::scores);
  }

  @Override
  public boolean saveAverage(Path folder) {
    return false;
  }

  @Override
  public void conclude(RunFolder folder) {
    AtomicFiles.writeString(
        folder.evaluation(), model.evaluation(scores()).toPrettyString() + "\n");
  }

  @Override
  public String text(TokenSequence sequence) {
    return model.text(sequence);
  }

  @Override
  public void close() {
    model.close();
  }
}
