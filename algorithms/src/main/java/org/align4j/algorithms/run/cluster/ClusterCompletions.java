package org.align4j.algorithms.run.cluster;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.models.generate.CompletionSource;
import org.align4j.models.generate.GenerationListener;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.generate.Generator;
import org.align4j.models.generate.SampledResponse;
import org.align4j.models.policy.Policy;
import org.jspecify.annotations.Nullable;

/** Completions of a policy that nobody trains, drawn by the executors, each some of the prompts. */
public final class ClusterCompletions implements CompletionSource {

  private final Cluster cluster;
  private final PolicySource source;
  private final int slots;
  private final int maxPositions;

  /**
   * Completions of a policy that each executor makes for itself, once.
   *
   * @param slots sequences decoded at once
   * @param maxPositions tokens a sequence of the policy may have
   */
  public ClusterCompletions(Cluster cluster, PolicySource source, int slots, int maxPositions) {
    this.cluster = cluster;
    this.source = source;
    this.slots = slots;
    this.maxPositions = maxPositions;
  }

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
    List<Draw> draws = new ArrayList<>();
    for (RowShare share : RowShare.of(prompts.size(), cluster.executors())) {
      int[][] some = prompts.subList(share.from(), share.to()).toArray(int[][]::new);
      long first = firstSequence + (long) share.from() * samples;
      draws.add(new Draw(source, slots, share.from(), some, samples, settings, seed, first));
    }
    ImmutableList.Builder<SampledResponse> all = ImmutableList.builder();
    for (ArrayList<SampledResponse> part : cluster.call(draws)) {
      part.forEach(listener::onCompletion);
      all.addAll(part);
    }
    return all.build();
  }

  /** Responses to some prompts, which are numbered from the first on. */
  private record Draw(
      PolicySource source,
      int slots,
      int firstPrompt,
      int[][] prompts,
      int samples,
      GenerationSettings settings,
      long seed,
      long firstSequence)
      implements ClusterTask<ArrayList<SampledResponse>> {

    @Override
    public ArrayList<SampledResponse> call() {
      Generator generator = Loaded.policy(source).generator(slots);
      ArrayList<SampledResponse> responses = new ArrayList<>();
      for (SampledResponse response :
          generator.generate(
              List.of(prompts), samples, settings, seed, firstSequence, GenerationListener.NONE)) {
        responses.add(response.withPrompt(firstPrompt + response.prompt()));
      }
      return responses;
    }

    @Override
    public List<String> files() {
      return source.files();
    }
  }

  /** The policy that this process drew from last. */
  private static final class Loaded {

    private static @Nullable PolicySource source;
    private static @Nullable Policy policy;

    private Loaded() {}

    static synchronized Policy policy(PolicySource wanted) {
      Policy known = policy;
      if (known != null && wanted.equals(source)) {
        return known;
      }
      if (known != null) {
        policy = null;
        known.close();
      }
      Policy loaded = wanted.load();
      policy = loaded;
      source = wanted;
      return loaded;
    }
  }
}
