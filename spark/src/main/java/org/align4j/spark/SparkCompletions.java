package org.align4j.spark;

import com.google.common.collect.ImmutableList;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.align4j.algorithms.run.cluster.RowShare;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.generate.GenerationListener;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.generate.SampledResponse;

/** Completions drawn by executors, each some of the prompts. */
final class SparkCompletions implements CompletionSource {

  private final SparkCluster cluster;
  private final SparkLearner learner;
  private final int maxPositions;

  SparkCompletions(SparkCluster cluster, SparkLearner learner, int maxPositions) {
    this.cluster = cluster;
    this.learner = learner;
    this.maxPositions = maxPositions;
  }

  /** Prompts of one task, from this number on. */
  private record Share(int first, int[][] prompts) implements Serializable {}

  @Override
  public int maxPositions() {
    return maxPositions;
  }

  @Override
  public ImmutableList<SampledResponse> generate(
      List<int[]> prompts,
      int samples,
      GenerationSettings settings,
      long seed,
      long firstSequence,
      GenerationListener listener) {
    List<Share> shares = new ArrayList<>();
    for (RowShare rows : RowShare.of(prompts.size(), cluster.executors())) {
      shares.add(
          new Share(rows.from(), prompts.subList(rows.from(), rows.to()).toArray(int[][]::new)));
    }
    ReplicaSpec spec = learner.spec();
    long version = learner.version();
    List<String> holders = learner.holders();
    List<SampledResponse[]> drawn =
        cluster.map(
            "sample",
            shares,
            share ->
                Replica.answer(
                    spec,
                    replica -> {
                      replica.reach(version, holders);
                      return replica
                          .generator()
                          .generate(
                              List.of(share.prompts()),
                              samples,
                              settings,
                              seed,
                              firstSequence + (long) share.first() * samples,
                              GenerationListener.NONE)
                          .stream()
                          .map(response -> response.withPrompt(share.first() + response.prompt()))
                          .toArray(SampledResponse[]::new);
                    }));
    ImmutableList.Builder<SampledResponse> all = ImmutableList.builder();
    for (SampledResponse[] part : drawn) {
      for (SampledResponse response : part) {
        listener.onCompletion(response);
        all.add(response);
      }
    }
    return all.build();
  }
}
