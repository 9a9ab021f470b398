package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.loss.preference.PolicyPairLoss;
import org.align4j.algorithms.settings.UpdateSettings;
import org.align4j.algorithms.train.codec.PairSequences;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.algorithms.train.step.NonFiniteGuard;
import org.align4j.algorithms.train.step.TrainStep;
import org.align4j.algorithms.train.step.TrainingState;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.optim.UpdateReport;
import org.align4j.core.tensor.ArrayScope;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.Reference;
import org.align4j.models.policy.SequenceScores;
import org.align4j.models.policy.TokenSequence;

/**
 * Learns from preference pairs: a reward model by the Bradley–Terry loss, or a policy by a loss of
 * pairs. Each pair's two responses count in one loss, whatever the micro-batches.
 */
public final class PreferenceTrainer implements AutoCloseable {

  private final TrainStep training;
  private final PromptCodec codec;
  private final Objective objective;
  private final int microBatchTokens;

  /** How sequences are read and what the loss of a batch of pairs is. */
  interface Objective {
    PackedSequences pack(List<TokenSequence> sequences, int tokenBudget);

    /** The loss of sums over columns, {@code [B]} each. */
    PairScores score(
        PackedSequences packed, List<PreferencePair> pairs, double[] chosen, double[] rejected);
  }

  private PreferenceTrainer(
      Network network, PromptCodec codec, Objective objective, UpdateSettings update) {
    this.codec = codec;
    this.objective = objective;
    this.training = new TrainStep("model", network, update.optimizer(), update.emaDecay());
    this.microBatchTokens = training.tokens(update.microBatchTokens());
  }

  /**
   * Trains a reward model, a network with a scalar head, which reads the last token.
   *
   * @param update micro-batches and optimiser; learning rates come with each step
   */
  public static PreferenceTrainer rewardModel(
      Network network, PromptCodec codec, BradleyTerry loss, UpdateSettings update) {
    Objective bradleyTerry =
        new Objective() {
          @Override
          public PackedSequences pack(List<TokenSequence> sequences, int tokenBudget) {
            return PackedSequences.ofLastTokens(sequences, tokenBudget);
          }

          @Override
          public PairScores score(
              PackedSequences packed,
              List<PreferencePair> pairs,
              double[] chosen,
              double[] rejected) {
            double[] margins = pairs.stream().mapToDouble(PreferencePair::margin).toArray();
            return PairScores.ofRewards(loss, chosen, rejected, margins);
          }
        };
    return new PreferenceTrainer(network, codec, bradleyTerry, update);
  }

  /** Trains a policy on pairs, against a frozen reference where the loss has one. */
  public static PreferenceTrainer policy(
      Network network,
      Reference reference,
      PromptCodec codec,
      PolicyPairLoss loss,
      UpdateSettings update) {
    checkArgument(
        !loss.needsKl() || update.samples() > 1,
        "update.samples is 1: the loss needs responses to other prompts of the batch; take 2 or more");
    return new PreferenceTrainer(
        network, codec, new PolicyPairObjective(network, reference, loss), update);
  }

  /**
   * What a step did.
   *
   * @param scores of the batch before the step
   * @param applied false where the gradient was not finite: nothing changed
   */
  public record Report(
      PairScores scores, double learningRate, double gradientNorm, boolean applied) {}

  /** One optimiser step on a batch of pairs. */
  public Report step(List<PreferencePair> pairs, double learningRate) {
    PackedSequences packed = objective.pack(PairSequences.of(codec, pairs), microBatchTokens);
    PairScores scores = finiteOrNot(packed, pairs);
    float[][] gradients = packed.zeros();
    spread(gradients, scores.chosenGradient(), 0);
    spread(gradients, scores.rejectedGradient(), pairs.size());
    UpdateReport report =
        training.run(
            packed,
            (batch, outputs) -> new TrainStep.Coefficients(batch.gather(gradients), null),
            learningRate);
    return new Report(scores, learningRate, report.gradientNorm(), report.applied());
  }

  /** What is not finite here is so in the step, which says where and asks the guard. */
  private PairScores finiteOrNot(PackedSequences packed, List<PreferencePair> pairs) {
    try {
      return evaluate(packed, pairs);
    } catch (NotFiniteException e) {
      return PairScores.notFinite(pairs.size());
    }
  }

  /** Loss and rewards of pairs, without a step. */
  public PairScores evaluate(List<PreferencePair> pairs) {
    return evaluate(objective.pack(PairSequences.of(codec, pairs), microBatchTokens), pairs);
  }

  private PairScores evaluate(PackedSequences packed, List<PreferencePair> pairs) {
    double[] sums = sums(SequenceScores.of(training.network(), packed).outputs());
    int b = pairs.size();
    try (ArrayScope _ = ArrayScope.open()) {
      return objective.score(
          packed, pairs, Arrays.copyOf(sums, b), Arrays.copyOfRange(sums, b, 2 * b));
    }
  }

  /**
   * What becomes of updates that met a number which is not finite; without one they end the run.
   */
  public void guard(NonFiniteGuard guard) {
    training.guard(guard);
  }

  /**
   * Does something while the moving average of the parameters stands in their place; answers
   * whether {@code update.emaDecay} asks for one.
   */
  public boolean withAverage(Runnable action) {
    if (training.average().isEmpty()) {
      return false;
    }
    Network network = training.network();
    try (Parameters live = network.parameters().copy()) {
      try {
        network.parameters().assign(training.average().get());
        network.parametersChanged();
        action.run();
      } finally {
        network.parameters().assign(live);
        network.parametersChanged();
      }
    }
    return true;
  }

  /** Writes model, optimiser and the number of steps done into a new folder. */
  public void save(Path folder, Record settings, long steps) {
    state(settings).save(folder, counters(steps));
  }

  /** Goes on from a state that {@link #save} wrote; answers the number of steps done. */
  public long resume(Path folder, Record settings) {
    return state(settings).load(folder, counters(0)).count("steps");
  }

  private TrainingState state(Record settings) {
    return new TrainingState(
        new TrainingState.Parts(
            "training on preferences",
            settings,
            ImmutableMap.of("model", training),
            ImmutableMap.of()));
  }

  private static TrainingState.Counters counters(long steps) {
    return new TrainingState.Counters(ImmutableMap.of("steps", steps), ImmutableMap.of());
  }

  /** A sum's gradient goes to every summand. */
  private static void spread(float[][] gradients, double[] gradient, int from) {
    for (int i = 0; i < gradient.length; i++) {
      Arrays.fill(gradients[from + i], (float) gradient[i]);
    }
  }

  static double[] sums(float[][] rows) {
    double[] sums = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (float value : rows[i]) {
        sums[i] += value;
      }
    }
    return sums;
  }

  @Override
  public void close() {
    training.close();
  }
}
