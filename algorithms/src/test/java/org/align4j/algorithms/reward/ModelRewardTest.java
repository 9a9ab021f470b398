package org.align4j.algorithms.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.align4j.algorithms.data.Message;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.judging.RewardLimits;
import org.align4j.algorithms.reward.judging.RewardRunner;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.TokenSequence;
import org.align4j.models.reward.RewardModel;
import org.align4j.models.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ModelRewardTest {

  private static final Prompt SUM = Prompt.text("1", "3+4=", "7");

  @TempDir private Path folder;

  private void save() {
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        RewardModel model = RewardModel.of(policy, 3)) {
      model.save(folder);
    }
  }

  private static TokenSequence sequence(Tokenizer tokenizer, String prompt, String response) {
    int[] ids = tokenizer.encodePlain(response);
    int[] ended = java.util.Arrays.copyOf(ids, ids.length + 1);
    ended[ids.length] = tokenizer.eosIds().get(0);
    return new TokenSequence(tokenizer.encode(prompt), ended);
  }

  /** The model's own scores of prompt, response and end-of-sequence token. */
  @Test
  void aFolderScoresAsItsModelDoes() {
    save();
    try (RewardModel model = RewardModel.load(folder, Engine.PLAN);
        ModelReward reward = ModelReward.load(folder, Engine.PLAN, 64);
        RewardRunner runner = new RewardRunner(reward, RewardLimits.DEFAULT)) {
      float[] expected =
          model.scores(
              List.of(
                  sequence(model.tokenizer(), "3+4=", "7"),
                  sequence(model.tokenizer(), "3+4=", "")),
              64);
      assertThat(
              runner
                  .judge(List.of(new Completion(SUM, "7", true), new Completion(SUM, "", false)))
                  .stream()
                  .map(Judgement::score))
          .containsExactly((double) expected[0], (double) expected[1]);
    }
  }

  /** Its own template, whichever way the policy was asked. */
  @Test
  void aFolderWithATemplateReadsChats() throws IOException {
    save();
    Files.writeString(
        folder.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m['content'] }}={% endfor %}");
    try (RewardModel model = RewardModel.load(folder, Engine.PLAN)) {
      ModelEncoding encoding = ModelEncoding.of(folder, model);
      int[] expected = model.tokenizer().encode("1+2=3+4=");
      Prompt chat =
          Prompt.chat("1", List.of(new Message("user", "1+2"), new Message("user", "3+4")), "7");
      assertThat(encoding.apply(new Completion(chat, "7", true)).prompt()).isEqualTo(expected);
      assertThat(
              encoding.apply(new Completion(Prompt.text("1", "1+2=3+4", ""), "7", true)).prompt())
          .isEqualTo(expected);
    }
  }

  @Test
  void aLongerChatNeedsATemplate() {
    save();
    Prompt chat =
        Prompt.chat("p:3", List.of(new Message("user", "1+2"), new Message("user", "3+4")), "7");
    try (ModelReward reward = ModelReward.load(folder, Engine.PLAN, 64);
        RewardRunner runner = new RewardRunner(reward, RewardLimits.DEFAULT)) {
      assertThatThrownBy(() -> runner.judge(List.of(new Completion(chat, "7", true))))
          .isInstanceOf(RewardException.class)
          .hasMessageContaining("has 2 messages, but the reward model has no chat template");
    }
  }

  /** The tokenizer of the embedded task knows no capital letters. */
  @Test
  void aResponseThatCannotBeEncodedFailsAlone() {
    save();
    try (ModelReward reward = ModelReward.load(folder, Engine.PLAN, 64)) {
      List<Judgement> judgements =
          reward.judgeAll(List.of(new Completion(SUM, "A", true), new Completion(SUM, "7", true)));
      assertThat(judgements.get(0).failure().orElse("")).startsWith("character 'A'");
      assertThat(judgements.get(1)).isEqualTo(reward.judge(new Completion(SUM, "7", true)));
    }
  }

  /** A call that was given up may go on: it must not read memory that is gone. */
  @Test
  @Timeout(60)
  void aModelIsNotClosedUnderACall() throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        RewardModel model = RewardModel.of(policy, 3)) {
      ModelReward reward =
          new ModelReward(
              model,
              c -> {
                inside.countDown();
                try {
                  release.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                return sequence(policy.tokenizer(), "1", "2");
              },
              64);
      Thread call =
          Thread.ofPlatform()
              .start(() -> {
                reward.judgeAll(List.of(new Completion(SUM, "7", true)));
                events.add("scored");
              });
      inside.await();
      Thread closing =
          Thread.ofPlatform()
              .start(() -> {
                reward.close();
                events.add("closed");
              });
      while (closing.getState() != Thread.State.BLOCKED && closing.isAlive()) {
        Thread.sleep(1);
      }
      assertThat(events).isEmpty();
      release.countDown();
      call.join();
      closing.join();
      assertThat(events).containsExactlyInAnyOrder("scored", "closed");
      assertThatThrownBy(() -> reward.judge(new Completion(SUM, "7", true)))
          .hasMessage("the reward model is closed");
    }
  }
}
