package org.align4j.algorithms.reward.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.reward.Completion;
import org.align4j.algorithms.reward.Judgement;
import org.align4j.algorithms.reward.ModelReward;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.WeightedReward;
import org.align4j.algorithms.reward.math.MathReward;
import org.align4j.algorithms.reward.remote.JudgeReward;
import org.align4j.algorithms.reward.remote.RemoteReward;
import org.align4j.algorithms.train.ArithmeticModel;
import org.align4j.core.engine.Engine;
import org.align4j.models.policy.Policy;
import org.align4j.models.reward.RewardModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RewardSpecTest {

  private static final Completion RIGHT =
      new Completion(
          Prompt.text("1", "3+4", "7"), "<think>\nhm\n</think>\n<answer>\n7\n</answer>", true);

  @TempDir private Path folder;

  private static RewardTerm term(String source, double weight) {
    return new RewardTerm(source, weight, ImmutableMap.of());
  }

  private static Reward build(String text) {
    return RewardSpec.parse(text).build(Engine.PLAN);
  }

  private static RewardSpec json(String json) throws Exception {
    return RewardSpec.of(new ObjectMapper().readTree(json));
  }

  @Test
  void aNameIsTheRegisteredReward() {
    assertThat(build("math")).isInstanceOf(MathReward.class);
  }

  @Test
  void aSumHasAComponentForEachTerm() {
    Judgement judgement = build("math*0.9+format*0.1").judge(RIGHT);
    assertThat(judgement.score()).isCloseTo(1, within(1e-12));
    assertThat(judgement.components())
        .containsExactly(Map.entry("math", 1.0), Map.entry("format", 1.0));
  }

  @Test
  void weightsStandBeforeOrBehind() {
    assertThat(RewardSpec.parse(" 0.5 * math + think*-2 + .25*math-signed*2 ").terms())
        .containsExactly(term("math", 0.5), term("think", -2), term("math-signed", 0.5));
  }

  @Test
  void sourcesAreUrlsFoldersAndJudges() {
    assertThat(
            RewardSpec.parse(
                    "http://h:5000/get_reward?a=b(timeout=10s, batch=8)*0.5+\"model:/my"
                        + " models/a+b\"+judge:org/m-1.5")
                .terms())
        .containsExactly(
            new RewardTerm(
                "http://h:5000/get_reward?a=b",
                0.5,
                ImmutableMap.of("timeout", "10s", "batch", "8")),
            term("model:/my models/a+b", 1),
            term("judge:org/m-1.5", 1));
  }

  @Test
  void quotesProtectPatterns() {
    assertThat(RewardSpec.parse("format(pattern=\"^\\\\boxed\\{(a|\\\"b\\\"), c\\}$\")").terms())
        .containsExactly(
            new RewardTerm(
                "format", 1, ImmutableMap.of("pattern", "^\\\\boxed\\{(a|\"b\"), c\\}$")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "math",
        "math*0.9+format*0.1",
        "math*1.0E-4",
        "\"model:/a b/c+d\"*2.0",
        "format(pattern=\"a \\\"b\\\" (c)\", label=x)",
        "\"7\"*7.0",
        "model:\"a b\"\\",
        "\"a\\\\\"b\""
      })
  void theTextFormReadsBackAsTheSame(String text) {
    RewardSpec spec = RewardSpec.parse(text);
    assertThat(RewardSpec.parse(spec.text())).isEqualTo(spec);
  }

  @Test
  void aYamlListIsTheSameAsTheText() throws Exception {
    assertThat(
            json(
                """
                [{"name": "math", "weight": 0.9}, "think*0.1",
                 {"url": "http://h/x", "timeout": "5s", "weight": 2},
                 {"model": "/m"}, {"judge": "j", "low": 0}]
                """))
        .isEqualTo(
            RewardSpec.parse(
                "math*0.9+think*0.1+http://h/x(timeout=5s)*2+model:/m+judge:j(low=0)"));
    assertThat(RewardSpec.parse("[{\"name\": \"math\", \"weight\": 0.5}]"))
        .isEqualTo(RewardSpec.parse("math*0.5"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3",
        "null",
        "[]",
        "{\"weight\": 1}",
        "{\"name\": \"math\", \"url\": \"http://h/\"}",
        "{\"name\": \"math\", \"weight\": \"heavy\"}",
        "{\"name\": \"math\", \"weight\": null}",
        "{\"name\": [\"math\"]}",
        "{\"url\": \"h:5000\"}"
      })
  void whatIsNoRewardInYamlIsRefused(String json) {
    assertThatThrownBy(() -> json(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reward");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; the reward is empty",
        "math+; at character 6 a reward is needed",
        "math**2; at character 6 a weight is needed",
        "math*x; a number as the weight of math, not x is needed",
        "math format; at character 6 a + before the next reward is needed",
        "format(pattern=a; a ) after the options of format is needed",
        "format(pattern); key=value, not pattern is needed",
        "format(pattern=a, pattern=b); the option pattern only once is needed",
        "0.5 math; a * after the weight 0.5 is needed",
        "math*\"a; a \" that ends what begins at 6 is needed"
      })
  void aWrongTextIsToldWhereItIsWrong(String text, String message) {
    assertThatThrownBy(() -> RewardSpec.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "maths; unknown reward maths; did you mean math? Known: cosine, format, math,",
        "math(patern=a); reward math: unknown option patern; did you mean label?",
        "format(patern=a); reward format: unknown option patern; did you mean pattern?",
        "http://h/x(timout=3s); unknown option timout; did you mean timeout?",
        "http://h/x(timeout=soon); timeout is soon: it must be a time such as 30s",
        "http://h/x(batch=0); reward http://h/x: batch is 0: it must be at least 1",
        "http://h/x(batch=many); batch is many: it must be a whole number",
        "cosine(maxLength=0); reward cosine: maxLength is 0",
        "cosine(of=maths); unknown reward maths",
        "format(pattern=[); reward format: pattern",
        "model:/no/such/folder; there is no folder /no/such/folder",
        "judge:m(template=x, baseUrl=http://h/v1); has no {response}",
        "judge:m(apiKeyEnv=ALIGN4J_NOT_SET); environment variable ALIGN4J_NOT_SET is not set",
        "judge:m(read=words, baseUrl=http://h/v1); read is words"
      })
  void whatCannotBeMadeIsToldBeforeAnyWork(String text, String message) {
    assertThatThrownBy(() -> build(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void twoOfAKindAreNumberedOrLabelled() {
    Reward reward = build("format(pattern=a)+format(pattern=b)+format(pattern=c, label=see)");
    assertThat(((WeightedReward) reward).parts().stream().map(WeightedReward.Component::name))
        .containsExactly("format", "format-2", "see");
  }

  @Test
  void aCosineScalesTheRewardItIsOf() {
    Judgement judgement = build("cosine(of=math, maxLength=1, rightLong=0.25)").judge(RIGHT);
    assertThat(judgement.score()).isEqualTo(0.25);
  }

  @Test
  void remoteSourcesAreMadeWithoutAskingThem() {
    try (Reward remote = build("http://localhost:1/x(timeout=500ms, attempts=1)");
        Reward judge = build("judge:m(baseUrl=http://localhost:1/v1, concurrency=3)")) {
      assertThat(remote).isInstanceOf(RemoteReward.class);
      assertThat(judge).isInstanceOf(JudgeReward.class);
      assertThat(judge.concurrency()).isEqualTo(3);
    }
  }

  /** The variable OPENAI_API_KEY is for OpenAI's own address, and no other one's. */
  @Test
  void aKeyGoesNowhereUnnamed() {
    RewardSources none = new RewardSources(Engine.PLAN, name -> null);
    assertThatThrownBy(() -> RewardSpec.parse("judge:gpt-x").build(none))
        .hasMessageContaining("OPENAI_API_KEY is not set");
    try (Reward own = RewardSpec.parse("judge:m(baseUrl=http://localhost:1/v1)").build(none)) {
      assertThat(own.name()).isEqualTo("judge");
    }
  }

  @Test
  void aTemplateMayLieInAFile() throws Exception {
    Path template = Files.writeString(folder.resolve("template.txt"), "grade {response}");
    String text = "judge:m(baseUrl=http://localhost:1/v1, templateFile=%s)";
    try (Reward judge = build(text.formatted(template))) {
      assertThat(judge.name()).isEqualTo("judge");
    }
    assertThatThrownBy(() -> build(text.formatted(folder.resolve("none"))))
        .hasMessageContaining("cannot be read");
  }

  @Test
  void aModelFolderIsASource() {
    try (Policy policy = ArithmeticModel.pretrained(Engine.PLAN);
        RewardModel model = RewardModel.of(policy, 3)) {
      model.save(folder);
    }
    try (Reward reward = build("model:" + folder + "(tokens=64)")) {
      assertThat(reward).isInstanceOf(ModelReward.class);
      assertThat(reward.judge(new Completion(RIGHT.prompt(), "7", true)).score()).isFinite();
    }
  }
}
