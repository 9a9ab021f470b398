package org.align4j.algorithms.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.RewardException;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.reward.judging.RewardRunner;
import org.align4j.algorithms.reward.remote.TestServer.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JudgeRewardTest {

  private static final RetryPolicy QUICK =
      new RetryPolicy(2, Duration.ofSeconds(20), Duration.ofMillis(1), Duration.ofMillis(5));
  private static final Completion RESPONSE =
      new Completion(Prompt.text("1", "What is {answer}?", "7"), "{prompt} $1 \\ 7", true);

  /** A chat completion as OpenAI's API answers it. */
  private static Answer says(String content) {
    ObjectNode body = new ObjectMapper().createObjectNode();
    body.putArray("choices").addObject().putObject("message").put("content", content);
    return Answer.ok(body.toString());
  }

  private static JudgeReward judge(TestServer server, String template, String read, int calls) {
    return new JudgeReward(
        new JudgeReward.Settings(
            "grader",
            server.url("/v1/"),
            Optional.of("key"),
            template,
            ScoreReader.parse(read, 0, 10),
            calls,
            QUICK));
  }

  private static double score(String read, String reply) {
    try (TestServer server = new TestServer(n -> says(reply));
        JudgeReward judge = judge(server, JudgeReward.TEMPLATE, read, 1)) {
      return judge.judge(RESPONSE).score();
    }
  }

  /** What is in a prompt or a response is never taken for a placeholder. */
  @Test
  void theRequestIsAChatAtTemperatureZero() throws Exception {
    try (TestServer server = new TestServer(n -> says("1"));
        JudgeReward judge =
            judge(server, "Q {prompt} A {response} R {answer} {\"x\"}", "number", 1)) {
      assertThat(judge.judge(RESPONSE).score()).isEqualTo(1);
      assertThat(server.bodies())
          .containsExactly(
              new ObjectMapper()
                  .readTree(
                      """
                      {"model": "grader", "temperature": 0, "messages": [{"role": "user",
                       "content": "Q What is {answer}? A {prompt} $1 \\\\ 7 R 7 {\\"x\\"}"}]}
                      """));
      assertThat(server.tokens()).containsExactly("Bearer key");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "number, 0.5, 0.5",
    "number, ' 7. ', 7",
    "number, '<think>first 3, then 4</think>  4', 4",
    "regex:Score: ([0-9.]+), 'Score: 1 is too low. Score: 8', 8",
    "json:score, 'Sure: {\"why\": \"ok\", \"score\": 2.5} done', 2.5",
    "json:score, '{\"score\": \"3\"}', 3",
  })
  void aScoreIsReadAsSet(String read, String reply, double score) {
    assertThat(score(read, reply)).isEqualTo(score);
  }

  @ParameterizedTest
  @CsvSource({
    "number, 8/10",
    "number, 'Score: 1'",
    "number, ''",
    "number, NaN",
    "number, 1e400",
    "regex:Score: (.*), 'Score: high'",
    "regex:Score: ([0-9.]+), 'it is 7'",
    "json:score, '{\"score\": true}'",
    "json:score, '{\"other\": 1}'",
    "json:score, '{score: 1}'",
    "json:score, 'score 1'",
  })
  void aReplyWithoutAScoreIsAFailure(String read, String reply) {
    assertThatThrownBy(() -> score(read, reply))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("the judge's reply has no score: \"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"11", "-1"})
  void aScoreOutOfRangeIsAFailure(String reply) {
    assertThatThrownBy(() -> score("number", reply))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("allowed is 0.0 to 10.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{\"choices\": []}", "{\"choices\": [{\"message\": {\"content\": null}}]}"})
  void anAnswerWithoutAReplyIsSaid(String body) {
    try (TestServer server = new TestServer(n -> Answer.ok(body));
        JudgeReward judge = judge(server, JudgeReward.TEMPLATE, "number", 1)) {
      assertThatThrownBy(() -> judge.judge(RESPONSE))
          .isInstanceOf(RewardException.class)
          .hasMessageContaining("answered no choices[0].message.content");
    }
  }

  @Test
  void tooManyRequestsAreAskedAgain() {
    try (TestServer server = new TestServer(n -> n == 1 ? Answer.status(429) : says("1"));
        JudgeReward judge = judge(server, JudgeReward.TEMPLATE, "number", 1)) {
      assertThat(judge.judge(RESPONSE).score()).isEqualTo(1);
    }
  }

  /** Requests wait for one another in threes, so fewer at a time would never end. */
  @Test
  void asManyRequestsAsSetAreMadeAtOnce() {
    CyclicBarrier three = new CyclicBarrier(3);
    Runnable wait =
        () -> {
          try {
            three.await(20, TimeUnit.SECONDS);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        };
    try (TestServer server = new TestServer(n -> says("1").after(wait));
        JudgeReward judge = judge(server, JudgeReward.TEMPLATE, "number", 3);
        RewardRunner runner = new RewardRunner(judge, RewardLimits.DEFAULT)) {
      assertThat(runner.judge(IntStream.range(0, 6).mapToObj(i -> RESPONSE).toList())).hasSize(6);
    }
  }

  @Test
  void aTemplateWithoutAResponseIsRefused() {
    assertThatThrownBy(() ->
            new JudgeReward.Settings(
                "m",
                "http://localhost/v1",
                Optional.empty(),
                "grade {prompt}",
                ScoreReader.parse("number", 0, 1),
                1,
                QUICK))
        .hasMessageContaining("no {response}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "regex:", "json:", "regex:[", "regex:Score"})
  void aBadWayOfReadingIsRefused(String read) {
    assertThatThrownBy(() -> ScoreReader.parse(read, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
