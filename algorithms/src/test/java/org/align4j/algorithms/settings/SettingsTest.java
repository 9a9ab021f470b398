package org.align4j.algorithms.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.align4j.algorithms.convention.Aggregation;
import org.align4j.algorithms.convention.Algorithm.KlPlace;
import org.align4j.algorithms.convention.KlWeighting;
import org.align4j.algorithms.offpolicy.OffPolicy.Level;
import org.align4j.algorithms.offpolicy.OffPolicy.Statistic;
import org.align4j.algorithms.offpolicy.OffPolicy.Weight;
import org.align4j.algorithms.settings.RewardSettings.Normalization;
import org.align4j.algorithms.settings.field.Fields;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SettingsTest {

  /** A value other than the preset's for every path, as text and as it must be read. */
  private static final ImmutableMap<String, Object> OTHERS =
      ImmutableMap.<String, Object>builder()
          .put("algorithm", "ppo")
          .put("convention", "verl")
          .put("seed", 9_000_000_000L)
          .put("rollout.prompts", 3)
          .put("rollout.samples", 2)
          .put("rollout.maxNewTokens", 7)
          .put("rollout.temperature", 0.7)
          .put("rollout.topK", 5)
          .put("rollout.topP", 0.9)
          .put("rollout.refill", 3)
          .put("rollout.curriculum", Optional.of("success-rate"))
          .put("rollout.staleness", 2)
          .put("update.samples", 6)
          .put("update.epochs", 2)
          .put("update.microBatchTokens", 99)
          .put("update.gradientShards", 4)
          .put("update.learningRate", 1e-6)
          .put("update.warmupUpdates", OptionalInt.of(4))
          .put("update.decayUpdates", OptionalInt.of(40))
          .put("update.maxNorm", 0.5)
          .put("update.weightDecay", 0.1)
          .put("update.emaDecay", 0.99)
          .put("critic.learningRate", 2e-6)
          .put("critic.warmupUpdates", 1)
          .put("critic.valueClip", OptionalDouble.of(Double.POSITIVE_INFINITY))
          .put("objective.loss", Optional.of("gspo"))
          .put("objective.clipLow", 0.1)
          .put("objective.clipHigh", 0.28)
          .put("objective.dualClip", OptionalDouble.of(3))
          .put("objective.entropyCoefficient", 0.01)
          .put("objective.aggregation", Optional.of(Aggregation.SEQ_MEAN_TOKEN_SUM))
          .put("objective.positiveNll", 0.1)
          .put("surrogate.sapoPositive", 2.0)
          .put("surrogate.sapoNegative", 3.0)
          .put("surrogate.dppoDivergence", 0.1)
          .put("surrogate.dppoCap", Double.POSITIVE_INFINITY)
          .put("surrogate.gmpoClip", 0.3)
          .put("surrogate.covShare", 0.1)
          .put("surrogate.covLow", 0.5)
          .put("surrogate.covHigh", 4.0)
          .put("surrogate.covPenalty", 0.0)
          .put("entropy.topShare", 0.2)
          .put("entropy.target", OptionalDouble.of(0.3))
          .put("entropy.step", 0.01)
          .put("entropy.highest", 0.5)
          .put("kl.weighting", Optional.of(KlWeighting.VALUE))
          .put("offPolicy.gate", Optional.of(Statistic.BINARY_KL))
          .put("offPolicy.gateLevel", Optional.of(Level.SEQUENCE_MAX))
          .put("offPolicy.gateLow", OptionalDouble.of(-0.5))
          .put("offPolicy.gateHigh", OptionalDouble.of(0.5))
          .put("offPolicy.weight", Optional.of(Weight.SEQUENCE))
          .put("offPolicy.weightLow", 0.25)
          .put("offPolicy.weightHigh", 2.0)
          .put("offPolicy.negativeLimit", 0.1)
          .put("kl.coefficient", 0.02)
          .put("kl.place", Optional.of(KlPlace.LOSS))
          .put("kl.estimator", Optional.of("k2"))
          .put("kl.target", 0.1)
          .put("kl.horizon", 100.0)
          .put("kl.lossCoefficient", OptionalDouble.of(0.03))
          .put("kl.lossEstimator", Optional.of("k3+"))
          .put("advantage.gamma", 0.99)
          .put("advantage.lambda", OptionalDouble.of(0.9))
          .put("advantage.scoreClip", OptionalDouble.of(5))
          .put("advantage.whiten", Optional.of(false))
          .put("advantage.groupEpsilon", OptionalDouble.of(1e-5))
          .put("rewards.lengthBuffer", 2)
          .put("rewards.lengthFactor", 0.5)
          .put("rewards.truncation", -0.5)
          .put("rewards.normalize", Normalization.RUNNING)
          .put("rewards.clip", 3.0)
          .put("rewards.scale", 2.0)
          .put("rewards.filterGroups", true)
          .put("distillation.divergence", OptionalDouble.of(0.5))
          .buildOrThrow();

  private static String text(Object value) {
    Object inner =
        switch (value) {
          case OptionalDouble number -> number.getAsDouble();
          case OptionalInt number -> number.getAsInt();
          case Optional<?> any -> any.orElseThrow();
          default -> value;
        };
    return inner instanceof Double number && number.isInfinite()
        ? "none"
        : inner instanceof Enum<?> constant
            ? constant.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')
            : inner.toString();
  }

  private static Object value(Record settings, String path) throws ReflectiveOperationException {
    Object at = settings;
    for (String name : path.split("\\.", -1)) {
      Method accessor = at.getClass().getMethod(name);
      at = accessor.invoke(at);
    }
    return at;
  }

  @TestFactory
  Stream<DynamicTest> everyFieldIsReadFromTextAndChangesAlone() {
    RlSettings before = RlSettings.paper();
    return Fields.all(before).stream()
        .map(Fields.Field::path)
        .map(path ->
            DynamicTest.dynamicTest(
                path,
                () -> {
                  Object other = java.util.Objects.requireNonNull(OTHERS.get(path));
                  RlSettings after = before.with(path, text(other));
                  for (Fields.Field field : Fields.all(before)) {
                    assertThat(value(after, field.path()))
                        .as(field.path())
                        .isEqualTo(field.path().equals(path) ? other : value(before, field.path()));
                  }
                }));
  }

  /** What was set goes through a tree and back, and so does what was left open. */
  @Test
  void aTreeHoldsEveryField() {
    RlSettings changed =
        Fields.with(
            RlSettings.paper(),
            com.google.common.collect.Maps.transformValues(OTHERS, SettingsTest::text));
    assertThat(RlSettings.fromTree(changed.toTree())).isEqualTo(changed);
    assertThat(Fields.with(changed, RlSettings.smallModel().toTree()))
        .isEqualTo(RlSettings.smallModel());
    SftSettings supervised = SftSettings.smallModel();
    assertThat(Fields.with(SftSettings.arithmetic(), supervised.toTree())).isEqualTo(supervised);
  }

  @Test
  void aTreeIsReadAsPeopleWriteIt() throws Exception {
    var tree =
        new ObjectMapper()
            .readTree(
                "{\"algorithm\":\"grpo\",\"update\":{\"learningRate\":1e-4,\"decayUpdates\":20,"
                    + "\"warmupUpdates\":3},\"kl\":{\"place\":null,\"coefficient\":0},"
                    + "\"rewards\":{\"clip\":\"none\"}}");
    RlSettings read = RlSettings.fromTree(tree);
    assertThat(read)
        .isEqualTo(
            RlSettings.paper()
                .withAlgorithm("grpo")
                .withUpdate(u -> u.withLearningRate(1e-4).withWarmupUpdates(3).withDecayUpdates(20))
                .withKl(k -> k.withCoefficient(0)));
  }

  /** A group is a record with a wither for each component, alone or with a neighbour. */
  @Test
  void everyComponentHasAWither() {
    RlSettings settings = RlSettings.paper();
    for (RecordComponent component : RlSettings.class.getRecordComponents()) {
      assertThat(withers(RlSettings.class)).contains("with" + capital(component.getName()));
    }
    List<Record> groups =
        List.of(
            settings.rollout(),
            settings.update(),
            settings.critic(),
            settings.kl(),
            settings.advantage(),
            SftSettings.arithmetic(),
            PreferenceSettings.direct());
    for (Record group : groups) {
      for (RecordComponent component : group.getClass().getRecordComponents()) {
        assertThat(withers(group.getClass())).contains("with" + capital(component.getName()));
      }
    }
  }

  private static List<String> withers(Class<?> type) {
    return Arrays.stream(type.getMethods()).map(Method::getName).toList();
  }

  private static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  @Test
  void withersSetWhatTheTextSets() {
    UnaryOperator<RlSettings> typed =
        s ->
            s.withAlgorithm("ppo")
                .withRollout(r -> r.withTopK(5).withTopP(0.9).withTemperature(0.7))
                .withCritic(c -> c.withValueClip(0.3).withWarmupUpdates(1))
                .withObjective(o -> o.withClip(0.1, 0.28).withDualClip(3))
                .withOffPolicy(p ->
                    p.withGate(Statistic.K1, Level.SEQUENCE_SUM, -1, 2)
                        .withWeight(Weight.TOKEN, 0.25, 2)
                        .withNegativeLimit(0.5))
                .withAdvantage(a -> a.withWhiten(false).withLambda(0.9))
                .withRewards(r -> r.withLengthPenalty(2, 0.5).withFilterGroups(true));
    Map<String, String> text =
        ImmutableMap.<String, String>builder()
            .put("algorithm", "ppo")
            .put("rollout.topK", "5")
            .put("rollout.topP", "0.9")
            .put("rollout.temperature", "0.7")
            .put("critic.valueClip", "0.3")
            .put("critic.warmupUpdates", "1")
            .put("objective.clipLow", "0.1")
            .put("objective.clipHigh", "0.28")
            .put("objective.dualClip", "3")
            .put("offPolicy.gate", "k1")
            .put("offPolicy.gateLevel", "sequence-sum")
            .put("offPolicy.gateLow", "-1")
            .put("offPolicy.gateHigh", "2")
            .put("offPolicy.weight", "token")
            .put("offPolicy.weightLow", "0.25")
            .put("offPolicy.weightHigh", "2")
            .put("offPolicy.negativeLimit", "0.5")
            .put("advantage.whiten", "false")
            .put("advantage.lambda", "0.9")
            .put("rewards.lengthBuffer", "2")
            .put("rewards.lengthFactor", "0.5")
            .put("rewards.filterGroups", "true")
            .buildOrThrow();
    assertThat(typed.apply(RlSettings.paper())).isEqualTo(Fields.with(RlSettings.paper(), text));
  }

  @Test
  void whatAConventionDecidesCanBeLeftToItAgain() {
    RlSettings set = RlSettings.paper().withAdvantage(a -> a.withLambda(0.5));
    assertThat(set.with("advantage.lambda", "convention")).isEqualTo(RlSettings.paper());
  }

  @Test
  void everyFieldSaysWhatItMeans() {
    for (Record settings :
        List.of(RlSettings.paper(), SftSettings.arithmetic(), PreferenceSettings.direct())) {
      for (Fields.Field field : Fields.all(settings)) {
        assertThat(field.doc()).as(field.path()).endsWith(".").hasSizeGreaterThan(15);
      }
    }
  }

  @Test
  void everyGroupSaysWhatItIs() {
    assertThat(Fields.groups(RlSettings.paper()))
        .containsEntry("critic", "The critic of PPO.")
        .containsOnlyKeys(
            "rollout",
            "update",
            "critic",
            "objective",
            "surrogate",
            "entropy",
            "offPolicy",
            "kl",
            "advantage",
            "rewards",
            "distillation");
  }

  @Test
  void mistakesAreAnsweredInOneSentence() {
    refused("update.learningrat", "1", "did you mean update.learningRate?");
    refused("learningRate", "1", "unknown setting learningRate; did you mean update.learningRate?");
    refused("update.learningRate", "-1", "update.learningRate is -1.0: it must be 0 or above");
    refused("update.epochs", "two", "update.epochs is two: it must be a whole number");
    refused("update.epochs", "1.5", "update.epochs is 1.5: it must be a whole number");
    refused("surrogate.covShare", "0", "surrogate.covShare is 0.0: it must be in (0, 1]");
    refused(
        "surrogate.covLow",
        "5",
        "surrogate.covLow is 5.0: it must be below surrogate.covHigh (5.0)");
    refused("entropy.topShare", "1.5", "entropy.topShare is 1.5: it must be in (0, 1]");
    refused("entropy.target", "0", "entropy.target is 0.0: it must be above 0");
    refused("objective.positiveNll", "-1", "objective.positiveNll is -1.0: it must be 0 or above");
    refused("rewards.filterGroups", "yes", "rewards.filterGroups is yes: it must be true or false");
    refused(
        "advantage.lambda", "high", "advantage.lambda is high: it must be a number, or convention");
    refused("advantage.lambda", "1.5", "advantage.lambda is 1.5: it must be in [0, 1]");
    refused(
        "offPolicy.gate",
        "binarykl",
        "offPolicy.gate is binarykl; did you mean binary-kl? It must be one of none, ratio, k1, k2,"
            + " k3, binary-kl, tv, or algorithm");
    refused(
        "objective.correction",
        "tis",
        "unknown setting objective.correction: offPolicy.weight (tis) or offPolicy.gate (icepop) has"
            + " taken its place");
    refused("offPolicy.gateLow", "none", "offPolicy.gateLow is Infinity: it must be finite");
    refused("rollout.staleness", "-1", "rollout.staleness is -1: it must be 0 (none) to 64");
    refused("update.maxNorm", "NaN", "update.maxNorm is NaN: it must be 0 or above");
    refused("rewards.clip", "0", "rewards.clip is 0.0: it must be above 0, or none");
    refused("rollout", "1", "unknown setting rollout");
    RlSettings warm = RlSettings.paper().with("update.warmupUpdates", "5");
    assertThatThrownBy(() -> warm.with("update.decayUpdates", "5"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "update.decayUpdates is 5: it must be 0 (no decay) or above update.warmupUpdates, 5");
  }

  private static void refused(String path, String value, String message) {
    assertThatThrownBy(() -> RlSettings.paper().with(path, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aTreeOfAnotherShapeIsRefused() throws Exception {
    ObjectMapper json = new ObjectMapper();
    var list = json.readTree("{\"update\":{\"samples\":[1]}}");
    assertThatThrownBy(() -> RlSettings.fromTree(list))
        .hasMessage("update.samples is a list: it must be one value");
    var number = json.readTree("{\"update\":3}");
    assertThatThrownBy(() -> RlSettings.fromTree(number))
        .hasMessage("update is 3: it is a group, so a map");
    var deep = json.readTree("{\"seed\":{\"a\":1}}");
    assertThatThrownBy(() -> RlSettings.fromTree(deep))
        .hasMessageContaining("unknown setting seed.a");
  }
}
