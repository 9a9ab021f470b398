package org.align4j.algorithms.reward.remote;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.algorithms.reward.BatchReward;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.RewardException;

/**
 * Scores of an HTTP endpoint with OpenRLHF's JSON ({@code --remote_rm_url}, {@code
 * remote_rm_utils.py}): {@code {"query": […], "prompts": […], "labels": […]}}, where a query is
 * prompt and response together and a label the reference answer, is answered by {@code {"rewards":
 * […]}} with one number for each, and perhaps {@code "scores": […]} and {@code "extra_logs": {name:
 * […]}}, which are recorded as components.
 */
public final class RemoteReward implements BatchReward {

  private final JsonEndpoint endpoint;
  private final Settings settings;

  /**
   * How an endpoint is asked.
   *
   * @param url of the endpoint, http or https
   * @param apiKey sent as a bearer token
   * @param batchSize most responses of one request
   * @param concurrency most requests at a time
   */
  public record Settings(
      String url, Optional<String> apiKey, int batchSize, int concurrency, RetryPolicy retries) {

    /** Checks every field. */
    public Settings {
      var _ = JsonEndpoint.url(url);
      checkArgument(batchSize >= 1, "batch is %s: it must be at least 1", batchSize);
      checkArgument(concurrency >= 1, "concurrency is %s: it must be at least 1", concurrency);
    }

    /** 64 responses a request, 4 requests at a time, no key. */
    public static Settings of(String url) {
      return new Settings(url, Optional.empty(), 64, 4, RetryPolicy.DEFAULT);
    }
  }

  /** A reward of an endpoint; {@link #close} ends its connections. */
  public RemoteReward(Settings settings) {
    this.settings = settings;
    this.endpoint =
        new JsonEndpoint(JsonEndpoint.url(settings.url()), settings.apiKey(), settings.retries());
  }

  @Override
  public String name() {
    return "remote";
  }

  @Override
  public int batchSize() {
    return settings.batchSize();
  }

  @Override
  public int concurrency() {
    return settings.concurrency();
  }

  @Override
  public ImmutableList<Judgement> judgeAll(List<Completion> completions) {
    ObjectNode body = JsonEndpoint.mapper().createObjectNode();
    var queries = body.putArray("query");
    var prompts = body.putArray("prompts");
    var labels = body.putArray("labels");
    for (Completion completion : completions) {
      String prompt = PromptText.of(completion.prompt());
      queries.add(prompt + completion.text());
      prompts.add(prompt);
      labels.add(completion.prompt().answer());
    }
    JsonNode answer = endpoint.post(body);
    JsonNode rewards = answer.path("rewards");
    if (!rewards.isArray() || rewards.size() != completions.size()) {
      throw new RewardException(
          "%s answered %s for %s responses: \"rewards\" must be an array with a number for each"
              .formatted(
                  settings.url(),
                  rewards.isArray() ? rewards.size() + " rewards" : "no array of rewards",
                  completions.size()),
          null);
    }
    ImmutableList.Builder<Judgement> judgements = ImmutableList.builder();
    for (int i = 0; i < completions.size(); i++) {
      JsonNode reward = rewards.get(i);
      judgements.add(
          reward.isNumber()
              ? Judgement.of(reward.doubleValue())
                  .withComponents(components(answer, i, completions.size()))
              : Judgement.failed("rewards[%s] is %s: a number is needed".formatted(i, reward)));
    }
    return judgements.build();
  }

  /** Only what is a finite number counts, in arrays of the right size. */
  private static ImmutableMap<String, Double> components(JsonNode answer, int index, int size) {
    Map<String, JsonNode> arrays = new LinkedHashMap<>();
    arrays.put("scores", answer.path("scores"));
    answer.path("extra_logs").properties().forEach(e -> arrays.put(e.getKey(), e.getValue()));
    ImmutableMap.Builder<String, Double> components = ImmutableMap.builder();
    arrays.forEach((name, array) -> {
      JsonNode value = array.path(index);
      if (array.size() == size && value.isNumber() && Double.isFinite(value.doubleValue())) {
        components.put(name, value.doubleValue());
      }
    });
    return components.buildOrThrow();
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
