package org.align4j.algorithms.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.loss.BradleyTerry;
import org.align4j.algorithms.loss.DirectPreference;
import org.align4j.algorithms.loss.PairLoss;
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
import org.nd4j.linalg.api.ndarray.INDArray;

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

    /** The loss of sums over columns: chosen first, then rejected, {@code [2B]}. */
    PairLoss loss(PackedSequences packed, INDArray chosen, INDArray rejected);
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
      Network network, PromptCodec codec, int microBatchTokens, double maxNormClip) {
    Objective bradleyTerry =
        new Objective() {
          @Override
          public PackedSequences pack(List<TokenSequence> sequences, int tokenBudget) {
            return PackedSequences.ofLastTokens(sequences, tokenBudget);
          }

          @Override
          public PairLoss loss(PackedSequences packed, INDArray chosen, INDArray rejected) {
            return BradleyTerry.evaluate(chosen, rejected, null);
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
          public PairLoss loss(PackedSequences packed, INDArray chosen, INDArray rejected) {
            double[] sums = sums(reference.logProbs(packed));
            int b = sums.length / 2;
            return loss.evaluate(chosen, rejected, part(sums, 0, b), part(sums, b, 2 * b));
          }
        };
    return new PreferenceTrainer(network, codec, direct, microBatchTokens, maxNormClip);
  }

  /**
   * What a step did.
   *
   * @param accuracy share of pairs whose chosen response was ahead before the step
   * @param applied false where the gradient was not finite: nothing changed
   */
  public record Report(double loss, double accuracy, double gradientNorm, boolean applied) {}

  /** One optimiser step on a batch of pairs. */
  public Report step(List<PreferencePair> pairs, double learningRate) {
    PackedSequences packed = objective.pack(encode(pairs), microBatchTokens);
    PairLoss loss = evaluate(packed);
    float[][] gradients = packed.zeros();
    spread(gradients, loss.chosenGradient(), 0);
    spread(gradients, loss.rejectedGradient(), pairs.size());
    network.gradients().zero();
    for (MicroBatch batch : packed.batches()) {
      var unused = network.forward(batch.batch());
      network.backward(batch.gather(gradients), null);
    }
    UpdateReport report = optimizer.update(network.gradients(), learningRate);
    if (report.applied()) {
      network.parametersChanged();
    }
    return new Report(loss.loss(), loss.accuracy(), report.gradientNorm(), report.applied());
  }

  /** Share of pairs whose chosen response is ahead. */
  public double accuracy(List<PreferencePair> pairs) {
    return evaluate(objective.pack(encode(pairs), microBatchTokens)).accuracy();
  }

  private PairLoss evaluate(PackedSequences packed) {
    double[] sums = sums(SequenceScores.of(network, packed).outputs());
    int b = sums.length / 2;
    return objective.loss(packed, part(sums, 0, b), part(sums, b, 2 * b));
  }

  /** Chosen responses first, then the rejected ones. */
  private List<TokenSequence> encode(List<PreferencePair> pairs) {
    checkArgument(!pairs.isEmpty(), "there are no pairs");
    List<TokenSequence> sequences = new ArrayList<>();
    for (PreferencePair pair : pairs) {
      sequences.add(
          new TokenSequence(codec.encode(pair.prompt()), codec.encodeResponse(pair.chosen())));
    }
    for (PreferencePair pair : pairs) {
      sequences.add(
          new TokenSequence(codec.encode(pair.prompt()), codec.encodeResponse(pair.rejected())));
    }
    return sequences;
  }

  /** A sum's gradient goes to every summand. */
  private static void spread(float[][] gradients, INDArray gradient, int from) {
    for (int i = 0; i < gradient.length(); i++) {
      java.util.Arrays.fill(gradients[from + i], gradient.getFloat(i));
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

  private static INDArray part(double[] values, int from, int to) {
    return Columns.vector(java.util.Arrays.copyOfRange(values, from, to));
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
