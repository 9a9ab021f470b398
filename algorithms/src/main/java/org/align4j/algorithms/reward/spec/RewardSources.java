package org.align4j.algorithms.reward.spec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.align4j.algorithms.registry.Registry;
import org.align4j.algorithms.reward.CosineReward;
import org.align4j.algorithms.reward.FormatReward;
import org.align4j.algorithms.reward.ModelReward;
import org.align4j.algorithms.reward.Reward;
import org.align4j.algorithms.reward.Rewards;
import org.align4j.algorithms.reward.remote.JudgeReward;
import org.align4j.algorithms.reward.remote.RemoteReward;
import org.align4j.algorithms.reward.remote.RetryPolicy;
import org.align4j.algorithms.reward.remote.ScoreReader;
import org.align4j.core.engine.Engine;
import org.align4j.core.registry.NearestName;
import org.jspecify.annotations.Nullable;

/** Makes the reward of a term: what each source is and which options it has. */
final class RewardSources {

  /** Keys of a YAML object that say what the source is. */
  static final ImmutableList<String> KINDS = ImmutableList.of("name", "model", "url", "judge");

  private static final String MODEL = "model:";
  private static final String JUDGE = "judge:";
  private static final String OPENAI = "https://api.openai.com/v1";

  /** Rewards that take options, by name. */
  private final ImmutableMap<String, Function<RewardOptions, Reward>> builtIn =
      ImmutableMap.of(
          "format",
          RewardSources::format,
          "none",
          o -> Reward.of("none", (prompt, response) -> 0),
          "think",
          o -> FormatReward.think(),
          "cosine",
          this::cosine);

  private final Engine engine;
  private final Function<String, @Nullable String> environment;

  /**
   * A reward.
   *
   * @param label names its component
   * @param labelled whether the user chose the label
   */
  record Made(Reward reward, String label, boolean labelled) {}

  RewardSources(Engine engine, Function<String, @Nullable String> environment) {
    this.engine = engine;
    this.environment = environment;
  }

  Made make(RewardTerm term) {
    RewardOptions options = new RewardOptions(term.source(), term.options());
    Optional<String> label = options.text("label");
    Reward reward;
    try {
      reward = reward(term.source(), options);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      boolean told = message.contains(term.source());
      throw told
          ? e
          : new IllegalArgumentException("reward %s: %s".formatted(term.source(), message), e);
    }
    return new Made(reward, label.orElse(reward.name()), label.isPresent());
  }

  private Reward reward(String source, RewardOptions options) {
    if (source.startsWith(MODEL)) {
      Path folder = RewardOptions.path("model", source.substring(MODEL.length()));
      int tokens = options.count("tokens", ModelReward.TOKEN_BUDGET);
      options.checkAllKnown();
      checkArgument(tokens > 0, "reward %s: tokens is %s: it must be above 0", source, tokens);
      checkArgument(Files.isDirectory(folder), "reward %s: there is no folder %s", source, folder);
      return ModelReward.load(folder, engine, tokens);
    }
    if (source.startsWith(JUDGE)) {
      var settings = judge(source.substring(JUDGE.length()), options);
      options.checkAllKnown();
      return new JudgeReward(settings);
    }
    if (source.startsWith("http:") || source.startsWith("https:")) {
      var settings = remote(source, options);
      options.checkAllKnown();
      return new RemoteReward(settings);
    }
    return named(source, options);
  }

  private Reward named(String name, RewardOptions options) {
    Registry<Reward> registered = Rewards.registry();
    Reward reward;
    if (registered.names().contains(name)) {
      reward = registered.get(name);
    } else {
      Function<RewardOptions, Reward> maker = builtIn.get(name);
      TreeSet<String> known = new TreeSet<>(registered.names());
      known.addAll(builtIn.keySet());
      checkArgument(
          maker != null,
          "%s; or model:FOLDER, judge:MODEL, http://…",
          NearestName.unknown("reward", name, known));
      reward = maker.apply(options);
    }
    options.checkAllKnown();
    return reward;
  }

  private static Reward format(RewardOptions options) {
    return options
        .text("pattern")
        .map(pattern -> FormatReward.of("format", pattern))
        .orElseGet(FormatReward::thinkAnswer);
  }

  private Reward cosine(RewardOptions options) {
    var usual = CosineReward.Scale.OPEN_R1;
    var scale =
        new CosineReward.Scale(
            options.number("rightShort", usual.rightShort()),
            options.number("rightLong", usual.rightLong()),
            options.number("wrongShort", usual.wrongShort()),
            options.number("wrongLong", usual.wrongLong()),
            options.count("maxLength", usual.maxLength()));
    return new CosineReward(RewardSpec.parse(options.text("of", "math")).build(this), scale);
  }

  private RemoteReward.Settings remote(String url, RewardOptions options) {
    var usual = RemoteReward.Settings.of(url);
    return new RemoteReward.Settings(
        url,
        options.text("apiKeyEnv").map(this::required),
        options.count("batch", usual.batchSize()),
        options.count("concurrency", usual.concurrency()),
        retries(options, usual.retries()));
  }

  private JudgeReward.Settings judge(String model, RewardOptions options) {
    String url = options.text("baseUrl", OPENAI);
    var usual = JudgeReward.Settings.of(model, url);
    return new JudgeReward.Settings(
        model,
        url,
        options
            .text("apiKeyEnv")
            .map(this::required)
            .or(() ->
                url.equals(OPENAI) ? Optional.of(required("OPENAI_API_KEY")) : Optional.empty()),
        template(options, usual.template()),
        ScoreReader.parse(
            options.text("read", "number"), options.number("low", 0), options.number("high", 1)),
        options.count("concurrency", usual.concurrency()),
        retries(options, usual.retries()));
  }

  private static RetryPolicy retries(RewardOptions options, RetryPolicy usual) {
    return new RetryPolicy(
        options.count("attempts", usual.attempts()),
        options.duration("timeout", usual.timeout()),
        options.duration("firstWait", usual.firstWait()),
        usual.longestWait());
  }

  private static String template(RewardOptions options, String usual) {
    Optional<String> text = options.text("template");
    Optional<Path> file = options.path("templateFile");
    checkArgument(
        text.isEmpty() || file.isEmpty(), "a judge has template and templateFile: give one");
    try {
      return file.isPresent() ? Files.readString(file.get()) : text.orElse(usual);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "templateFile %s cannot be read (%s)".formatted(file.get(), e), e);
    }
  }

  private String required(String variable) {
    String value = environment.apply(variable);
    checkArgument(
        value != null && !value.isBlank(),
        "the environment variable %s is not set: it must hold the API key",
        variable);
    return value.strip();
  }
}
