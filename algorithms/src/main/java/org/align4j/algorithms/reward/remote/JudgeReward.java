package org.align4j.algorithms.reward.remote;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Excerpt;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.RewardException;

/**
 * A language model as the judge, behind an OpenAI-compatible {@code chat/completions}: asked at
 * temperature 0, once for each response.
 */
public final class JudgeReward implements Reward {

  /** Asks for one number from 0 to 1. */
  public static final String TEMPLATE =
      """
      Grade the answer to a question.

      Question:
      {prompt}

      Reference answer (may be empty):
      {answer}

      Answer to grade:
      {response}

      Reply with one number from 0 (wrong or useless) to 1 (right and complete), and nothing else.
      """;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(prompt|response|answer)}");

  private final JsonEndpoint endpoint;
  private final Settings settings;

  /**
   * How a judge is asked.
   *
   * @param baseUrl what comes before {@code /chat/completions}, such as http://localhost:8000/v1
   * @param apiKey sent as a bearer token
   * @param template the message to the judge, with {prompt}, {response} and {answer}; other braces
   *     are left as they are
   * @param reader how the score is read from the reply
   * @param concurrency most requests at a time
   */
  public record Settings(
      String model,
      String baseUrl,
      Optional<String> apiKey,
      String template,
      ScoreReader reader,
      int concurrency,
      RetryPolicy retries) {

    /** Checks every field. */
    public Settings {
      checkArgument(!model.isBlank(), "the judge's model is empty");
      var _ = JsonEndpoint.url(baseUrl);
      checkArgument(
          template.contains("{response}"),
          "the judge's template has no {response}: it would grade every response alike");
      checkArgument(concurrency >= 1, "concurrency is %s: it must be at least 1", concurrency);
    }

    /** The template of {@link #TEMPLATE}, 8 requests at a time, 4 attempts of 30 seconds. */
    public static Settings of(String model, String baseUrl) {
      return new Settings(
          model,
          baseUrl,
          Optional.empty(),
          TEMPLATE,
          ScoreReader.parse("number", 0, 1),
          8,
          RetryPolicy.DEFAULT.withAttempts(4).withTimeout(Duration.ofSeconds(30)));
    }
  }

  /** A judge; {@link #close} ends its connections. */
  public JudgeReward(Settings settings) {
    this.settings = settings;
    String url = settings.baseUrl().replaceAll("/+$", "") + "/chat/completions";
    this.endpoint = new JsonEndpoint(JsonEndpoint.url(url), settings.apiKey(), settings.retries());
  }

  @Override
  public String name() {
    return "judge";
  }

  @Override
  public int concurrency() {
    return settings.concurrency();
  }

  @Override
  public Judgement judge(Completion completion) {
    ObjectNode body = JsonEndpoint.mapper().createObjectNode();
    body.put("model", settings.model());
    body.put("temperature", 0);
    body.putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", filled(settings.template(), completion));
    JsonNode answer = endpoint.post(body);
    JsonNode reply = answer.at("/choices/0/message/content");
    if (!reply.isTextual()) {
      throw new RewardException(
          "%s answered no choices[0].message.content: %s"
              .formatted(settings.baseUrl(), Excerpt.of(answer.toString())),
          null);
    }
    return Judgement.of(settings.reader().read(reply.asText()));
  }

  /** In one pass: a placeholder in a prompt or a response stays what it is. */
  private static String filled(String template, Completion completion) {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(match ->
            Matcher.quoteReplacement(
                switch (match.group(1)) {
                  case "prompt" -> PromptText.of(completion.prompt());
                  case "answer" -> completion.prompt().answer();
                  default -> completion.text();
                }));
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
