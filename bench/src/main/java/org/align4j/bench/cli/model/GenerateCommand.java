package org.align4j.bench.cli.model;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.align4j.algorithms.run.data.PolicyFiles;
import org.align4j.algorithms.train.codec.ModelCodec;
import org.align4j.algorithms.train.codec.PromptCheck;
import org.align4j.bench.cli.console.Console;
import org.align4j.bench.cli.console.Failures;
import org.align4j.bench.cli.console.OptionChecks;
import org.align4j.bench.cli.console.UsageException;
import org.align4j.bench.cli.option.ChatTemplateOption;
import org.align4j.bench.cli.option.EngineOption;
import org.align4j.bench.cli.option.WeightsOption;
import org.align4j.core.engine.NetworkMemory.Passes;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.generate.GenerationListener;
import org.align4j.models.generate.GenerationSettings;
import org.align4j.models.generate.SampledResponse;
import org.align4j.models.policy.Policy;
import org.align4j.models.text.StreamingDecoder;
import org.align4j.models.text.chat.ChatMessage;
import org.align4j.models.text.chat.ChatTemplate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Completes prompts; one alone is streamed as it is drawn. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Complete prompts with a model.")
public final class GenerateCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FOLDER-OR-GGUF",
      description = "Hugging Face folder or GGUF file.")
  private Path model;

  @ArgGroup(multiplicity = "1")
  private Input input;

  /** Plain text or chat. */
  static final class Input {
    @Option(
        names = "--prompt",
        paramLabel = "TEXT",
        description =
            "Text to go on from; may be given several times. The beginning-of-sequence token comes first where the tokenizer adds it.")
    private List<String> prompts = new ArrayList<>();

    @Option(
        names = "--chat",
        paramLabel = "TEXT",
        description =
            "A user's message, put through the model's chat template; may be given several times.")
    private List<String> chats = new ArrayList<>();
  }

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "System message before each --chat.")
  private @Nullable String system;

  @Option(
      names = "--samples",
      defaultValue = "1",
      description = "Completions of each prompt (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "128",
      description = "Longest completion (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      description =
          "Divides the logits; 0 takes the most likely token (default: ${DEFAULT-VALUE}).")
  private float temperature;

  @Option(
      names = "--top-k",
      defaultValue = "0",
      description =
          "Draw from the k most likely tokens; 0 for no limit (default: ${DEFAULT-VALUE}).")
  private int topK;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      description =
          "Draw from the smallest set that reaches this probability (default: ${DEFAULT-VALUE}).")
  private float topP;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Text that ends a completion; may be given several times.")
  private List<String> stops = new ArrayList<>();

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the random numbers (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--batch",
      defaultValue = "16",
      description =
          "Most sequences decoded at once; results do not depend on it (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Mixin private ChatTemplateOption chatTemplate;

  @Mixin private WeightsOption weights;

  @Mixin private EngineOption engine;

  public GenerateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    GenerationSettings settings =
        Failures.usage(() -> {
          OptionChecks.atLeastOne("--samples", samples);
          OptionChecks.atLeastOne("--batch", batch);
          return new GenerationSettings(
              maxNewTokens,
              new SamplingSettings(temperature, topK, topP),
              ImmutableList.copyOf(stops));
        });
    try (StoredCheckpoint opened = Failures.usage(this::open)) {
      List<int[]> prompts = Failures.usage(() -> prompts(opened));
      if (!weights.dryRun()) {
        generate(opened, prompts, settings);
      }
    }
    return 0;
  }

  private StoredCheckpoint open() {
    return PolicyFiles.open(Optional.of(model.toString()))
        .withTemplateKwargs(chatTemplate.kwargs());
  }

  private void generate(StoredCheckpoint opened, List<int[]> prompts, GenerationSettings settings) {
    try (Policy policy = Failures.usage(() -> start(opened))) {
      boolean streamed = prompts.size() * samples == 1;
      StreamingDecoder decoder = policy.tokenizer().streamingDecoder();
      GenerationListener listener =
          streamed
              ? (prompt, sample, token) -> stream(policy, decoder, token)
              : GenerationListener.NONE;
      List<SampledResponse> completions =
          policy.generator(batch).generate(prompts, samples, settings, seed, 0, listener);
      if (streamed) {
        console.print(decoder.finish());
      } else {
        completions.forEach(completion -> show(policy, completion));
      }
    }
  }

  /** The prompts as the model reads them, checked with the memory that they take. */
  private List<int[]> prompts(StoredCheckpoint text) {
    List<int[]> prompts = checked(text, input.prompts.isEmpty() ? chats(text) : plain(text));
    int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(1);
    int sequences = Math.min(batch, prompts.size() * samples);
    weights.checkMemory(
        model,
        text,
        new Passes(longest + maxNewTokens, 0, sequences),
        engine.engine(),
        console.log());
    return prompts;
  }

  private static List<int[]> checked(StoredCheckpoint text, List<int[]> prompts) {
    ModelCodec codec = ModelCodec.of(text);
    PromptCheck check = new PromptCheck(codec, text.config().maxPositions());
    for (int i = 0; i < prompts.size(); i++) {
      int number = i + 1;
      check
          .complaint(codec.known(prompts.get(i)))
          .ifPresent(complaint -> {
            throw new UsageException("prompt %s %s".formatted(number, complaint));
          });
    }
    return prompts;
  }

  private List<int[]> plain(StoredCheckpoint text) {
    return input.prompts.stream().map(ModelCodec.tokenizer(text)::encode).toList();
  }

  private List<int[]> chats(StoredCheckpoint opened) {
    ChatTemplate template =
        opened
            .chatTemplate()
            .orElseThrow(() -> new UsageException(model + " has no chat template: use --prompt"));
    List<int[]> prompts = new ArrayList<>();
    for (String text : input.chats) {
      List<ChatMessage> messages = new ArrayList<>();
      if (system != null) {
        messages.add(new ChatMessage("system", system));
      }
      messages.add(ChatMessage.user(text));
      prompts.add(ModelCodec.tokenizer(opened).encodeChat(template.prompt(messages)));
    }
    return prompts;
  }

  private void stream(Policy policy, StreamingDecoder decoder, int token) {
    if (!policy.tokenizer().isSpecial(token)) {
      console.results().print(decoder.next(token));
      console.results().flush();
    }
  }

  private void show(Policy policy, SampledResponse completion) {
    console.print(
        "--- prompt %s, sample %s".formatted(completion.prompt() + 1, completion.sample() + 1));
    console.print(policy.tokenizer().decodeWithoutSpecial(completion.responseIds()));
  }

  private Policy start(StoredCheckpoint opened) {
    return weights.policy(model, opened, chatTemplate.kwargs(), engine.engine());
  }
}
