package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.loss.BradleyTerry;
import org.align4j.algorithms.loss.DirectPreference;
import org.align4j.core.engine.Network;
import org.align4j.core.optim.AdamW;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.optim.ParameterGroup;
import org.align4j.core.optim.UpdateReport;
import org.align4j.models.policy.MicroBatch;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.Reference;
import org.align4j.models.policy.SequenceScores;
import org.align4j.models.policy.TokenSequence;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Learns from preference pairs: a reward model by the Bradley–Terry loss, or a policy by direct
 * preference optimisation. Each pair's two responses count in one loss, whatever the micro-batches.
 */
public final class PreferenceTrainer implements AutoCloseable {

  private final Network network;
  private final PromptCodec codec;
  private final Objective objective;
  private final int microBatchTokens;
  private final AdamW optimizer;

  /** How sequences are read and what the loss of a batch of pairs is. */
  private interface Objective {
    PackedSequences pack(List<TokenSequence> sequences, int tokenBudget);

    /** The loss of sums over columns, {@code [B]} each. */
    PairScores score(
        PackedSequences packed, List<PreferencePair> pairs, double[] chosen, double[] rejected);
  }

  private PreferenceTrainer(
      Network network,
      PromptCodec codec,
      Objective objective,
      int microBatchTokens,
      double maxNormClip) {
    this.network = network;
    this.codec = codec;
    this.objective = objective;
    this.microBatchTokens = microBatchTokens;
    this.optimizer =
        new AdamW(
            network.parameters(),
            AdamWSettings.DEFAULT.withMaxNorm(
                maxNormClip == 0 ? Double.POSITIVE_INFINITY : maxNormClip),
            ImmutableList.of(ParameterGroup.withoutDecay()));
  }

  /**
   * Trains a reward model, a network with a scalar head, which reads the last token.
   *
   * @param microBatchTokens tokens of one forward pass
   * @param maxNormClip global gradient norm is clipped to this; 0 for none
   */
  public static PreferenceTrainer rewardModel(
      Network network,
      PromptCodec codec,
      BradleyTerry loss,
      int microBatchTokens,
      double maxNormClip) {
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
            return PairScores.ofRewards(
                loss.evaluate(
                    Nd4j.createFromArray(chosen),
                    Nd4j.createFromArray(rejected),
                    Nd4j.createFromArray(margins)),
                chosen,
                rejected);
          }
        };
    return new PreferenceTrainer(network, codec, bradleyTerry, microBatchTokens, maxNormClip);
  }

  /** Trains a policy by direct preference optimisation against a frozen reference. */
  public static PreferenceTrainer policy(
      Network network,
      Reference reference,
      PromptCodec codec,
      DirectPreference loss,
      int microBatchTokens,
      double maxNormClip) {
    Objective direct =
        new Objective() {
          @Override
          public PackedSequences pack(List<TokenSequence> sequences, int tokenBudget) {
            return PackedSequences.ofResponses(sequences, tokenBudget, 1f);
          }

          @Override
          public PairScores score(
              PackedSequences packed,
              List<PreferencePair> pairs,
              double[] chosen,
              double[] rejected) {
            double[] sums = sums(reference.logProbs(packed));
            int b = pairs.size();
            return PairScores.ofLogProbs(
                loss,
                new PairScores.LogProbs(chosen, Arrays.copyOf(sums, b), lengths(packed, 0, b)),
                new PairScores.LogProbs(
                    rejected, Arrays.copyOfRange(sums, b, 2 * b), lengths(packed, b, 2 * b)));
          }
        };
    return new PreferenceTrainer(network, codec, direct, microBatchTokens, maxNormClip);
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
    PairScores scores = evaluate(packed, pairs);
    float[][] gradients = packed.zeros();
    spread(gradients, scores.chosenGradient(), 0);
    spread(gradients, scores.rejectedGradient(), pairs.size());
    network.gradients().zero();
    for (MicroBatch batch : packed.batches()) {
      var unused = network.forward(batch.batch());
      network.backward(batch.gather(gradients), null);
    }
    UpdateReport report = optimizer.update(network.gradients(), learningRate);
    if (report.applied()) {
      network.parametersChanged();
    }
    return new Report(scores, learningRate, report.gradientNorm(), report.applied());
  }

  /** Loss and rewards of pairs, without a step. */
  public PairScores evaluate(List<PreferencePair> pairs) {
    return evaluate(objective.pack(PairSequences.of(codec, pairs), microBatchTokens), pairs);
  }

  private PairScores evaluate(PackedSequences packed, List<PreferencePair> pairs) {
    double[] sums = sums(SequenceScores.of(network, packed).outputs());
    int b = pairs.size();
    return objective.score(
        packed, pairs, Arrays.copyOf(sums, b), Arrays.copyOfRange(sums, b, 2 * b));
  }

  /** A sum's gradient goes to every summand. */
  private static void spread(float[][] gradients, double[] gradient, int from) {
    for (int i = 0; i < gradient.length; i++) {
      Arrays.fill(gradients[from + i], (float) gradient[i]);
    }
  }

  private static double[] sums(float[][] rows) {
    double[] sums = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (float value : rows[i]) {
        sums[i] += value;
      }
    }
    return sums;
  }

  /** Response tokens of sequences {@code [from,to)}. */
  private static double[] lengths(PackedSequences packed, int from, int to) {
    return packed.sequences().subList(from, to).stream()
        .mapToDouble(sequence -> sequence.response().length)
        .toArray();
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
