package org.align4j.algorithms.reward.spec;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.WeightedReward;
import org.align4j.core.engine.Engine;
import org.align4j.core.file.JsonFiles;

/**
 * A reward as settings name it: {@code math}, {@code math*0.9+format*0.1}, {@code
 * model:FOLDER*0.5+http://host:5000/get_reward(timeout=10s)}, or the same as a YAML or JSON list.
 * {@code docs/rewards.md} has the sources and their options.
 *
 * @param terms the summands, at least one
 */
public record RewardSpec(ImmutableList<RewardTerm> terms) {

  /** Checks that there is something to sum. */
  public RewardSpec {
    checkArgument(!terms.isEmpty(), "the reward is empty: name one, such as math");
  }

  /**
   * Reads the text form; a text that starts with a bracket or a brace is JSON, for {@link #of}.
   *
   * @throws IllegalArgumentException saying at which character what is needed
   */
  public static RewardSpec parse(String text) {
    String stripped = text.strip();
    checkArgument(!stripped.isEmpty(), "the reward is empty: name one, such as math");
    if (stripped.startsWith("[") || stripped.startsWith("{")) {
      try {
        return of(JsonFiles.mapper().readTree(stripped));
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(
            "reward %s is not JSON: %s".formatted(stripped, e.getOriginalMessage()), e);
      }
    }
    return new RewardSpec(RewardText.parse(stripped));
  }

  /**
   * Reads what a YAML or JSON file has: a text, an object such as {@code {name: math, weight:
   * 0.9}}, or a list of these. Beside {@code weight} an object has one of {@code name}, {@code
   * model}, {@code url} and {@code judge}, and the options of that source.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static RewardSpec of(JsonNode node) {
    if (node.isTextual()) {
      return parse(node.asText());
    }
    ImmutableList.Builder<RewardTerm> terms = ImmutableList.builder();
    if (node.isArray()) {
      node.forEach(entry -> terms.addAll(of(entry).terms()));
    } else {
      checkArgument(
          node.isObject(),
          "a reward is %s: it must be a text, {name: …, weight: …} or a list of these",
          node);
      terms.add(term(node));
    }
    return new RewardSpec(terms.build());
  }

  private static RewardTerm term(JsonNode node) {
    Map<String, String> fields = new LinkedHashMap<>();
    node.properties()
        .forEach(field -> {
          checkArgument(
              field.getValue().isValueNode() && !field.getValue().isNull(),
              "reward %s: %s must be a text or a number",
              node,
              field.getKey());
          fields.put(field.getKey(), field.getValue().asText());
        });
    List<String> kinds = new ArrayList<>(RewardSources.KINDS);
    kinds.retainAll(fields.keySet());
    checkArgument(
        kinds.size() == 1,
        "reward %s has %s: it must have one of name, model, url, judge",
        node,
        kinds.isEmpty() ? "no source" : String.join(" and ", kinds));
    String kind = kinds.get(0);
    String value = String.valueOf(fields.remove(kind));
    checkArgument(
        !kind.equals("url") || value.startsWith("http:") || value.startsWith("https:"),
        "reward %s: url must begin with http:// or https://",
        node);
    String weight = fields.remove("weight");
    return new RewardTerm(
        kind.equals("model") || kind.equals("judge") ? kind + ":" + value : value,
        weight == null ? 1 : weight(node, weight),
        ImmutableMap.copyOf(fields));
  }

  private static double weight(JsonNode node, String weight) {
    try {
      return Double.parseDouble(weight);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "reward %s: weight is %s: it must be a number".formatted(node, weight), e);
    }
  }

  /** The text form: parsed again it gives this. */
  public String text() {
    return terms.stream().map(RewardTerm::text).collect(Collectors.joining("+"));
  }

  /**
   * Makes the reward, which the caller closes: looks up names, reads models and keys. A sum is a
   * {@link WeightedReward} with a component for each term.
   *
   * @param engine of reward models
   * @throws IllegalArgumentException for an unknown name or option, or a key that is not set
   */
  public Reward build(Engine engine) {
    return build(new RewardSources(engine, System::getenv));
  }

  Reward build(RewardSources sources) {
    if (terms.size() == 1 && terms.get(0).weight() == 1) {
      return sources.make(terms.get(0)).reward();
    }
    List<WeightedReward.Component> parts = new ArrayList<>();
    try {
      for (RewardTerm term : terms) {
        RewardSources.Made made = sources.make(term);
        String name = made.label();
        for (int n = 2; !made.labelled() && taken(parts, name); n++) {
          name = made.label() + "-" + n;
        }
        parts.add(new WeightedReward.Component(name, term.weight(), made.reward()));
      }
      return new WeightedReward(parts);
    } catch (RuntimeException e) {
      parts.forEach(part -> part.reward().close());
      throw e;
    }
  }

  private static boolean taken(List<WeightedReward.Component> parts, String name) {
    return parts.stream().anyMatch(part -> part.name().equals(name));
  }
}
