package org.align4j.algorithms.train;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.loss.preference.PolicyPairLoss;
import org.align4j.algorithms.loss.preference.ResponseLogProbs;
import org.align4j.core.engine.Network;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.Reference;
import org.align4j.models.policy.SequenceScores;
import org.align4j.models.policy.TokenSequence;
import org.nd4j.linalg.factory.Nd4j;

/** How a policy learns from pairs: the log-probs of both responses, and of the reference's. */
final class PolicyPairObjective implements PreferenceTrainer.Objective {

  private final Network network;
  private final Reference reference;
  private final PolicyPairLoss loss;
  private int tokenBudget;

  PolicyPairObjective(Network network, Reference reference, PolicyPairLoss loss) {
    this.network = network;
    this.reference = reference;
    this.loss = loss;
  }

  @Override
  public PackedSequences pack(List<TokenSequence> sequences, int budget) {
    tokenBudget = budget;
    return PackedSequences.ofResponses(sequences, budget, 1f);
  }

  @Override
  public PairScores score(
      PackedSequences packed, List<PreferencePair> pairs, double[] chosen, double[] rejected) {
    int b = pairs.size();
    double[] sums =
        loss.needsReference()
            ? PreferenceTrainer.sums(reference.logProbs(packed))
            : new double[2 * b];
    return PairScores.ofLogProbs(
        loss,
        side(packed, chosen, sums, 0),
        side(packed, rejected, sums, b),
        loss.needsKl() ? kl(packed.sequences()) : 0);
  }

  private static ResponseLogProbs side(
      PackedSequences packed, double[] policy, double[] reference, int from) {
    int to = from + policy.length;
    double[] lengths =
        packed.sequences().subList(from, to).stream()
            .mapToDouble(sequence -> sequence.response().length)
            .toArray();
    return new ResponseLogProbs(
        Nd4j.createFromArray(policy),
        Nd4j.createFromArray(Arrays.copyOfRange(reference, from, to)),
        Nd4j.createFromArray(lengths));
  }

  /**
   * {@code max(0, mean(log π − log π_ref))} of each prompt with the response of the pair before it,
   * on its own side: a biased estimate that costs no sampling (TRL 1.16 {@code kto_trainer.py},
   * which shifts by one among all examples). A single pair keeps its responses.
   */
  private double kl(List<TokenSequence> sequences) {
    int b = sequences.size() / 2;
    ImmutableList.Builder<TokenSequence> mismatched = ImmutableList.builder();
    for (int i = 0; i < sequences.size(); i++) {
      int side = i / b * b;
      int[] response = sequences.get(side + (i - side + b - 1) % b).response();
      mismatched.add(new TokenSequence(sequences.get(i).prompt(), response));
    }
    PackedSequences packed = PackedSequences.ofResponses(mismatched.build(), tokenBudget, 1f);
    double[] policy = PreferenceTrainer.sums(SequenceScores.of(network, packed).outputs());
    double[] frozen = PreferenceTrainer.sums(reference.logProbs(packed));
    double sum = 0;
    for (int i = 0; i < policy.length; i++) {
      sum += policy[i] - frozen[i];
    }
    return Math.max(0, sum / policy.length);
  }
}
