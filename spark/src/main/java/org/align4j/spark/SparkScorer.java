package org.align4j.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.align4j.algorithms.run.cluster.RowShare;
import org.align4j.algorithms.settings.RlSettings;
import org.align4j.models.policy.PackedSequences;
import org.align4j.models.policy.TokenSequence;

/** Scores of executors, each of some of the sequences. */
final class SparkScorer implements Function<PackedSequences, float[][]> {

  private final SparkCluster cluster;
  private final SparkLearner learner;
  private final Part part;

  /** Who scores. */
  enum Part {
    REFERENCE,
    POLICY,
    CRITIC
  }

  SparkScorer(SparkCluster cluster, SparkLearner learner, Part part) {
    this.cluster = cluster;
    this.learner = learner;
    this.part = part;
  }

  @Override
  public float[][] apply(PackedSequences packed) {
    List<TokenSequence> sequences = packed.sequences();
    List<RowShare> shares = RowShare.of(sequences.size(), cluster.executors());
    List<TokenSequence[]> sent = new ArrayList<>();
    for (RowShare share : shares) {
      sent.add(sequences.subList(share.from(), share.to()).toArray(TokenSequence[]::new));
    }
    ReplicaSpec spec = learner.spec();
    long version = learner.version();
    List<String> holders = learner.holders();
    Part scored = part;
    List<float[][]> scores =
        cluster.map(
            "score",
            sent,
            share ->
                Replica.answer(
                    spec,
                    replica -> {
                      if (scored != Part.REFERENCE) {
                        replica.reach(version, holders);
                      }
                      return replica.scorer(scored).apply(pack(share, replica));
                    }));
    float[][] all = packed.zeros();
    for (int i = 0; i < shares.size(); i++) {
      float[][] rows = scores.get(i);
      for (int row = 0; row < rows.length; row++) {
        System.arraycopy(rows[row], 0, all[shares.get(i).from() + row], 0, rows[row].length);
      }
    }
    return all;
  }

  private static PackedSequences pack(TokenSequence[] sequences, Replica replica) {
    RlSettings settings = replica.config().training();
    return PackedSequences.ofResponses(
        List.of(sequences),
        settings.update().microBatchTokens(),
        (float) settings.rollout().temperature());
  }
}
