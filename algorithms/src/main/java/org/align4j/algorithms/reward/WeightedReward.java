package org.align4j.algorithms.reward;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A weighted sum of rewards, {@code Σ w·s}. Each part's own score is a component of the judgement;
 * the verdict is that of the first part that has one. A response that one part cannot score has no
 * score. Owns its parts.
 */
public final class WeightedReward implements Reward {

  /**
   * A weighted reward of the sum.
   *
   * @param name of the component and its metric
   * @param weight finite; with 0 the score is recorded only
   */
  public record Component(String name, double weight, Reward reward) {

    /** Checks name and weight. */
    public Component {
      checkArgument(!name.isBlank(), "a component's name is empty: its metric is named by it");
      checkArgument(
          Double.isFinite(weight), "weight of %s is %s: it must be a finite number", name, weight);
    }
  }

  private final ImmutableList<Component> parts;

  /** A sum of at least one part; names differ. */
  public WeightedReward(List<Component> parts) {
    checkArgument(!parts.isEmpty(), "there is no reward to sum");
    checkArgument(
        parts.stream().map(Component::name).distinct().count() == parts.size(),
        "two parts have one name (%s): their metrics need different ones",
        parts.stream().map(Component::name).collect(Collectors.joining(", ")));
    this.parts = ImmutableList.copyOf(parts);
  }

  /** The parts in order. */
  public ImmutableList<Component> parts() {
    return parts;
  }

  @Override
  public boolean needsAnswer() {
    return parts.stream().anyMatch(part -> part.reward().needsAnswer());
  }

  @Override
  public ImmutableMap<String, Double> weights() {
    return parts.stream().collect(ImmutableMap.toImmutableMap(Component::name, Component::weight));
  }

  @Override
  public String name() {
    return parts.stream().map(Component::name).collect(Collectors.joining("+"));
  }

  @Override
  public Judgement judge(Completion completion) {
    return combine(
        parts.stream()
            .map(part -> part.reward().judge(completion))
            .collect(ImmutableList.toImmutableList()));
  }

  /** The judgement of what the parts said, in their order. */
  public Judgement combine(List<Judgement> judgements) {
    double sum = 0;
    String verdict = "";
    Map<String, Double> components = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      Judgement judgement = judgements.get(i);
      String name = parts.get(i).name();
      if (!judgement.isFailed()) {
        components.put(name, judgement.score());
        judgement.components().forEach((inner, score) -> components.put(name + "/" + inner, score));
        sum += parts.get(i).weight() * judgement.score();
        verdict = verdict.isEmpty() ? judgement.verdict() : verdict;
      }
    }
    String failures =
        judgements.stream()
            .flatMap(judgement -> judgement.failure().stream())
            .collect(Collectors.joining("; "));
    if (failures.isEmpty() && !Double.isFinite(sum)) {
      failures = "the weighted sum of %s is %s".formatted(components, sum);
    }
    Judgement result =
        failures.isEmpty() ? new Judgement(sum, verdict) : Judgement.failed(failures);
    return result.withComponents(ImmutableMap.copyOf(components));
  }

  @Override
  public void close() {
    parts.forEach(part -> part.reward().close());
  }
}
