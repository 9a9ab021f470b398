package org.align4j.algorithms.train.rollout;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.train.report.ScoredSample;
import org.align4j.models.policy.TokenSequence;

/**
 * A rollout batch as JSON, without the loss of a bit: floats as the integer of their bits, doubles
 * in hexadecimal, prompts by their place in the data. A sample is written once, and what shares it
 * shares it again.
 */
final class RolloutJson {

  private RolloutJson() {}

  static ObjectNode write(RolloutQueue.Pending pending) {
    RolloutCollector.Collected collected = pending.collected();
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    write(root.putObject("metrics"), pending.metrics());
    ArrayNode sampled = root.putArray("sampled");
    for (int i = 0; i < collected.sampled().size(); i++) {
      sampled.add(write(collected.sampled().get(i), collected.prompts().get(i)));
    }
    Rollouts judged = collected.judged();
    ObjectNode node = root.putObject("judged");
    ArrayNode rows = node.putArray("rows");
    places(collected.sampled(), judged.samples()).forEach(rows::add);
    ints(node.putArray("groups"), judged.groups());
    ArrayNode sequences = node.putArray("sequences");
    ArrayNode logProbs = node.putArray("logProbBits");
    for (int i = 0; i < judged.size(); i++) {
      TokenSequence sequence = judged.sequences().get(i);
      ObjectNode ids = sequences.addObject();
      ints(ids.putArray("prompt"), sequence.prompt());
      ints(ids.putArray("response"), sequence.response());
      ArrayNode bits = logProbs.addArray();
      for (float logProb : judged.logProbs()[i]) {
        bits.add(Float.floatToIntBits(logProb));
      }
    }
    ImmutableList<ScoredSample> greedy = judged.greedy();
    if (greedy != null) {
      ArrayNode answers = node.putArray("greedy");
      for (int i = 0; i < greedy.size(); i++) {
        answers.add(write(greedy.get(i), collected.prompts().get(rows.get(i).asInt())));
      }
    }
    ObjectNode kept = root.putObject("kept");
    ArrayNode keptRows = kept.putArray("rows");
    places(judged.samples(), collected.kept().samples()).forEach(keptRows::add);
    ints(kept.putArray("groups"), collected.kept().groups());
    return root;
  }

  /** Reads what {@link #write} made; the prompts are those of the data as it is now. */
  static RolloutQueue.Pending read(JsonNode root, IntFunction<Prompt> prompts) {
    ImmutableList.Builder<ScoredSample> samples = ImmutableList.builder();
    ImmutableIntArray.Builder places = ImmutableIntArray.builder();
    for (JsonNode sample : root.path("sampled")) {
      samples.add(sample(sample, prompts));
      places.add(sample.path("prompt").asInt());
    }
    ImmutableList<ScoredSample> sampled = samples.build();
    JsonNode node = root.path("judged");
    ImmutableList.Builder<TokenSequence> sequences = ImmutableList.builder();
    for (JsonNode ids : node.path("sequences")) {
      sequences.add(new TokenSequence(ints(ids.path("prompt")), ints(ids.path("response"))));
    }
    JsonNode rows = node.path("logProbBits");
    float[][] logProbs = new float[rows.size()][];
    for (int i = 0; i < logProbs.length; i++) {
      int[] bits = ints(rows.path(i));
      logProbs[i] = new float[bits.length];
      for (int t = 0; t < bits.length; t++) {
        logProbs[i][t] = Float.intBitsToFloat(bits[t]);
      }
    }
    ImmutableList.Builder<ScoredSample> greedy = ImmutableList.builder();
    node.path("greedy").forEach(answer -> greedy.add(sample(answer, prompts)));
    Rollouts judged =
        new Rollouts(
            sequences.build(),
            logProbs,
            IntStream.of(ints(node.path("rows")))
                .mapToObj(sampled::get)
                .collect(ImmutableList.toImmutableList()),
            ints(node.path("groups")),
            node.has("greedy") ? greedy.build() : null);
    Rollouts picked = judged.pick(ints(root.path("kept").path("rows")));
    Rollouts kept =
        new Rollouts(
            picked.sequences(),
            picked.logProbs(),
            picked.samples(),
            ints(root.path("kept").path("groups")),
            picked.greedy());
    return new RolloutQueue.Pending(
        new RolloutCollector.Collected(sampled, places.build(), judged, kept),
        numbers(root.path("metrics")));
  }

  private static ObjectNode write(ScoredSample sample, int prompt) {
    Judgement judgement = sample.judgement();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("prompt", prompt);
    node.put("id", sample.completion().prompt().id());
    node.put("text", sample.completion().text());
    node.put("finished", sample.completion().finished());
    node.put("tokens", sample.tokens());
    node.put("score", Double.toHexString(judgement.score()));
    node.put("verdict", judgement.verdict());
    write(node.putObject("components"), judgement.components());
    judgement.failure().ifPresent(why -> node.put("failure", why));
    return node;
  }

  private static ScoredSample sample(JsonNode node, IntFunction<Prompt> prompts) {
    Prompt prompt = prompts.apply(node.path("prompt").asInt());
    checkArgument(
        prompt.id().equals(node.path("id").asText()),
        "the state has a response to prompt %s, which is %s in the data: resume with the data of the"
            + " run that stopped",
        node.path("id"),
        prompt.id());
    return new ScoredSample(
        new Completion(prompt, node.path("text").asText(), node.path("finished").asBoolean()),
        new Judgement(
            Double.parseDouble(node.path("score").asText()),
            node.path("verdict").asText(),
            numbers(node.path("components")),
            Optional.ofNullable(node.get("failure")).map(JsonNode::asText)),
        node.path("tokens").asInt());
  }

  /** Where the very objects of some samples are among all. */
  private static IntStream places(List<ScoredSample> all, List<ScoredSample> some) {
    IdentityHashMap<ScoredSample, Integer> places = new IdentityHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      places.put(all.get(i), i);
    }
    return some.stream().mapToInt(sample -> java.util.Objects.requireNonNull(places.get(sample)));
  }

  private static void write(ObjectNode node, Map<String, Double> numbers) {
    numbers.forEach((name, value) -> node.put(name, Double.toHexString(value)));
  }

  private static ImmutableMap<String, Double> numbers(JsonNode node) {
    ImmutableMap.Builder<String, Double> numbers = ImmutableMap.builder();
    node.properties()
        .forEach(
            entry -> numbers.put(entry.getKey(), Double.parseDouble(entry.getValue().asText())));
    return numbers.buildOrThrow();
  }

  private static void ints(ArrayNode node, int[] values) {
    for (int value : values) {
      node.add(value);
    }
  }

  private static int[] ints(JsonNode node) {
    int[] values = new int[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = node.path(i).asInt();
    }
    return values;
  }
}
