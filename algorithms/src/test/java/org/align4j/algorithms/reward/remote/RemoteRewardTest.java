package org.align4j.algorithms.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableList;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.align4j.algorithms.data.Message;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.RewardException;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.reward.judging.RewardRunner;
import org.align4j.algorithms.reward.remote.TestServer.Answer;
import org.align4j.algorithms.settings.input.OnFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real server on this machine; waits between attempts are a millisecond. */
@Timeout(60)
class RemoteRewardTest {

  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofSeconds(20), Duration.ofMillis(1), Duration.ofMillis(5));

  private static ImmutableList<Completion> responses(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Completion(Prompt.text("p:" + i, "q" + i + " ", "a" + i), "r" + i, true))
        .collect(ImmutableList.toImmutableList());
  }

  private static RemoteReward reward(TestServer server, RetryPolicy retries) {
    return new RemoteReward(
        new RemoteReward.Settings(server.url("/get_reward"), Optional.empty(), 64, 1, retries));
  }

  private static List<Judgement> judged(IntFunctionOfAnswers answers, int count) {
    try (TestServer server = new TestServer(answers::answer);
        RemoteReward reward = reward(server, QUICK)) {
      return reward.judgeAll(responses(count));
    }
  }

  /** What the server answers to its n-th request, from 1. */
  private interface IntFunctionOfAnswers {
    Answer answer(int request);
  }

  private static List<Judgement> judged(String body, int count) {
    return judged(n -> Answer.ok(body), count);
  }

  @Test
  void aRequestIsOpenRlhfs() throws Exception {
    try (TestServer server = new TestServer(n -> Answer.ok("{\"rewards\": [0.5, -2]}"));
        RemoteReward reward = reward(server, QUICK)) {
      assertThat(reward.judgeAll(responses(2)).stream().map(Judgement::score))
          .containsExactly(0.5, -2.0);
      assertThat(server.bodies())
          .containsExactly(
              new ObjectMapper()
                  .readTree(
                      """
                      {"query": ["q0 r0", "q1 r1"], "prompts": ["q0 ", "q1 "],
                       "labels": ["a0", "a1"]}
                      """));
      assertThat(server.tokens()).containsExactly("null");
    }
  }

  @Test
  void aLongerChatIsToldWithItsRoles() {
    Prompt chat =
        Prompt.chat(
            "1", List.of(new Message("system", "be brief"), new Message("user", "1+1")), "");
    try (TestServer server = new TestServer(n -> Answer.ok("{\"rewards\": [1]}"));
        RemoteReward reward = reward(server, QUICK)) {
      assertThat(reward.judge(new Completion(chat, "2", true)).score()).isEqualTo(1);
      assertThat(server.bodies().get(0).at("/query/0").asText())
          .isEqualTo("system: be brief\nuser: 1+1\n2");
    }
  }

  @Test
  void scoresAndExtraLogsAreRecorded() {
    List<Judgement> judgements =
        judged(
            """
            {"rewards": [1, 0], "scores": [1.0, 0.25],
             "extra_logs": {"format": [1, null], "short": [1], "text": ["a", "b"]}}
            """,
            2);
    assertThat(judgements.get(0).components())
        .containsExactly(Map.entry("scores", 1.0), Map.entry("format", 1.0));
    assertThat(judgements.get(1).components()).containsExactly(Map.entry("scores", 0.25));
  }

  @Test
  void theKeyIsABearerToken() {
    try (TestServer server = new TestServer(n -> Answer.ok("{\"rewards\": [1]}"));
        RemoteReward reward =
            new RemoteReward(
                new RemoteReward.Settings(server.url("/"), Optional.of("k1"), 1, 1, QUICK))) {
      assertThat(reward.judgeAll(responses(1))).hasSize(1);
      assertThat(server.tokens()).containsExactly("Bearer k1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void whatPassesIsAskedAgain(int status) {
    List<Judgement> judgements =
        judged(n -> n < 3 ? Answer.status(status) : Answer.ok("{\"rewards\": [1]}"), 1);
    assertThat(judgements.get(0).score()).isEqualTo(1);
  }

  @Test
  void attemptsEnd() {
    assertThatThrownBy(() -> judged(n -> Answer.status(503), 1))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining(
            "/get_reward answered 503: \"{\\\"detail\\\": \\\"status 503\\\"}\"".replace("\\", ""))
        .hasMessageEndingWith("(3 attempts)");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 422, 501})
  void aRequestThatIsRefusedIsNotRepeated(int status) {
    try (TestServer server = new TestServer(n -> Answer.status(status));
        RemoteReward reward = reward(server, QUICK)) {
      assertThatThrownBy(() -> reward.judgeAll(responses(1)))
          .hasMessageContaining("answered " + status);
      assertThat(server.bodies()).hasSize(1);
    }
  }

  /** A second is asked for, five milliseconds are the most that is waited. */
  @ParameterizedTest
  @ValueSource(strings = {"1", "Wed, 21 Oct 2065 07:28:00 GMT", "soon"})
  void aServersWaitIsBounded(String retryAfter) {
    List<Judgement> judgements =
        judged(
            n ->
                n == 1
                    ? Answer.status(429).withRetryAfter(retryAfter)
                    : Answer.ok("{\"rewards\": [1]}"),
            1);
    assertThat(judgements.get(0).score()).isEqualTo(1);
  }

  @Test
  void theWaitDoublesAndAServersLongerOneCounts() {
    RetryPolicy policy =
        new RetryPolicy(9, Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofSeconds(30));
    assertThat(policy.wait(1, Duration.ZERO)).hasMillis(500);
    assertThat(policy.wait(3, Duration.ZERO)).hasMillis(2000);
    assertThat(policy.wait(1, Duration.ofSeconds(7))).hasSeconds(7);
    assertThat(policy.wait(3, Duration.ofSeconds(1))).hasMillis(2000);
    assertThat(policy.wait(60, Duration.ofDays(1))).hasSeconds(30);
  }

  @Test
  void anAnswerThatDoesNotComeIsGivenUpAndAskedAgain() {
    CountDownLatch never = new CountDownLatch(1);
    RetryPolicy policy = QUICK.withTimeout(Duration.ofMillis(200)).withAttempts(2);
    try (TestServer server =
            new TestServer(n -> Answer.ok("{\"rewards\": [1]}").after(() -> waitFor(never)));
        RemoteReward reward = reward(server, policy)) {
      assertThatThrownBy(() -> reward.judgeAll(responses(1)))
          .isInstanceOf(RewardException.class)
          .hasMessageContaining("did not answer within 200 ms (2 attempts)");
      assertThat(server.bodies()).hasSize(2);
    }
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aServerThatIsNotThereIsSaid() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (RemoteReward reward =
        new RemoteReward(
            new RemoteReward.Settings(
                "http://127.0.0.1:" + port + "/x", Optional.empty(), 64, 1, QUICK))) {
      assertThatThrownBy(() -> reward.judgeAll(responses(1)))
          .isInstanceOf(RewardException.class)
          .hasMessageContaining(port + "/x: no connection; is the server running? (3 attempts)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "{\"rewards\": [1]", "{\"rewards\": [1]} x", "[1]", "null"})
  void whatIsNoJsonObjectIsSaid(String body) {
    assertThatThrownBy(() -> judged(body, 1))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("answered what is no");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"rewards\": []}",
        "{\"rewards\": [1]}",
        "{\"rewards\": [1,2,3]}",
        "{\"rewards\": 1}",
        "{\"reward\": [1,2]}"
      })
  void aWrongNumberOfRewardsIsSaid(String body) {
    assertThatThrownBy(() -> judged(body, 2))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("for 2 responses: \"rewards\" must be an array");
  }

  @Test
  void aRewardThatIsNoNumberFailsAlone() {
    List<Judgement> judgements = judged("{\"rewards\": [1, null, \"0.5\", [2]]}", 4);
    assertThat(judgements.get(0).score()).isEqualTo(1);
    assertThat(judgements.subList(1, 4)).allMatch(Judgement::isFailed);
    assertThat(judgements.get(2).failure()).contains("rewards[2] is \"0.5\": a number is needed");
  }

  /** Python's json writes them so. */
  @Test
  void nanIsAFailureOfItsResponseAlone() {
    try (TestServer server =
            new TestServer(n -> Answer.ok("{\"rewards\": [1, NaN, Infinity, 1e999]}"));
        RemoteReward reward = reward(server, QUICK);
        RewardRunner runner =
            new RewardRunner(reward, RewardLimits.DEFAULT.withOnFailure(OnFailure.DROP))) {
      List<Judgement> judgements = runner.judge(responses(4));
      assertThat(judgements.stream().map(j -> j.failure().orElse("")))
          .containsExactly(
              "",
              "reward remote answered NaN",
              "reward remote answered Infinity",
              "reward remote answered Infinity");
    }
  }

  @Test
  void aBatchIsCutIntoRequests() {
    try (TestServer server =
            new TestServer(n -> Answer.ok(n < 3 ? "{\"rewards\": [1, 2]}" : "{\"rewards\": [3]}"));
        RemoteReward reward =
            new RemoteReward(
                new RemoteReward.Settings(server.url("/"), Optional.empty(), 2, 1, QUICK));
        RewardRunner runner = new RewardRunner(reward, RewardLimits.DEFAULT)) {
      assertThat(runner.judge(responses(5)).stream().map(Judgement::score))
          .containsExactly(1.0, 2.0, 1.0, 2.0, 3.0);
    }
  }

  @Test
  void anInterruptEndsTheRequest() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (TestServer server =
            new TestServer(n ->
                Answer.ok("{}")
                    .after(() -> {
                      asked.countDown();
                      waitFor(never);
                    }));
        RemoteReward reward = reward(server, QUICK)) {
      var outcome = new java.util.concurrent.CompletableFuture<Throwable>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  reward.judgeAll(responses(1));
                } catch (RewardException e) {
                  outcome.complete(e);
                }
              });
      asked.await();
      caller.interrupt();
      assertThat(outcome.get()).hasMessage("interrupted while an endpoint was asked");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"host:5000/x", "ftp://host/x", "http:///x", "http://a b", "http://u:p@host/"})
  void aBadUrlIsRefusedBeforeAnyWork(String url) {
    assertThatThrownBy(() -> RemoteReward.Settings.of(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("url ");
  }

  @Test
  void aPasswordInAUrlIsNotRepeated() {
    assertThatThrownBy(() -> RemoteReward.Settings.of("http://u:secret@host/"))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "127.1.2.3", "[::1]", "LOCALHOST"})
  void aServerOnThisMachineNeedsNoProxy(String host) {
    assertThat(DirectLoopback.isLoopback(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org", "127.example.org", "10.0.0.1", "localhost.example.org"})
  void anotherMachineMay(String host) {
    assertThat(DirectLoopback.isLoopback(host)).isFalse();
  }
}
