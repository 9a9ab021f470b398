package org.align4j.models.text.bpe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.text.Normalizer;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a text is cut before byte-pair merging, by the names of GGUF's {@code tokenizer.ggml.pre}.
 * The names and what they stand for are those of {@code llama-vocab.cpp} (llama.cpp); patterns are
 * those of the models' {@code tokenizer.json}. Several patterns cut one after the other, each what
 * the one before it left.
 */
public enum PreTokenizer {
  /** GPT-2's pattern. */
  GPT2(
      "gpt-2 phi-2 gigachat a.x-4.0 mellum mpt olmo jais trillion granite-docling exaone4",
      Splits.GPT2),
  /** Every digit by itself, then GPT-2's pattern on what lies between. */
  DIGITS_GPT2(
      "smollm starcoder refact command-r codeshell exaone minerva-7b mellum2",
      "\\p{N}",
      Splits.GPT2),
  /** Llama 3's pattern: digits in threes; a piece that is a token is not merged. */
  LLAMA3(
      "llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2",
      Splits.modern("\\p{N}{1,3}")),
  /** Llama 3's pattern, and every piece is merged. */
  DIGIT_TRIPLES("dbrx smaug-bpe glm4 chatglm-bpe", Splits.modern("\\p{N}{1,3}")),
  /** Qwen2's pattern: digits by themselves; text in composed form (NFC). */
  QWEN2("qwen2 deepseek-r1-qwen kormo f2llmv2 megrez", Splits.modern("\\p{N}")),
  /** Qwen2's pattern, and the text as it is. */
  SINGLE_DIGITS("stablelm2 hunyuan solar-open grok-2", Splits.modern("\\p{N}")),
  /** Qwen 3.5's: marks belong to their letters; text in composed form (NFC). */
  QWEN35("qwen35", Splits.QWEN35),
  /** Mistral's since NeMo; a piece that is a token is not merged. */
  TEKKEN("tekken", Splits.twoCases("", "\\p{N}")),
  GPT4O(
      "gpt-4o llama4 kanana2 talkie minimax-m2",
      Splits.twoCases("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "\\p{N}{1,3}")),
  TINY_AYA("tiny_aya cohere2moe", Splits.TINY_AYA),
  YOUTU("youtu", Splits.YOUTU),
  DEEPSEEK_LLM("deepseek-llm", Splits.DEEPSEEK_LLM),
  DEEPSEEK_CODER("deepseek-coder", Splits.DEEPSEEK_CODER),
  DEEPSEEK_V3("deepseek-v3 hunyuan-dense joyai-llm hy_v4", Splits.DEEPSEEK_V3),
  SPARK("spark2_5", Splits.SPARK),
  FALCON("falcon", Splits.FALCON),
  BLOOM("bloom poro-chat gpt3-finnish", Splits.BLOOM),
  VIKING("viking", Splits.VIKING),
  CHAMELEON("chameleon", Splits.CHAMELEON),
  JAIS2("jais-2", Splits.JAIS2),
  SUPERBPE("superbpe", Splits.SUPERBPE),
  BAILINGMOE("bailingmoe bailingmoe2 llada-moe", Splits.BAILINGMOE),
  SEED_CODER("seed-coder", Splits.SEED_CODER),
  UFAKZEKA("ufakzeka", Splits.UFAKZEKA),
  EXAONE_MOE("exaone-moe", Splits.EXAONE_MOE),
  /** Lines, then Qwen2's pattern. */
  LAGUNA("laguna", "[^\\n]+|[\\n]+", Splits.modern("\\p{N}")),
  /** Digits in threes, then Llama 3's pattern; a piece that is a token is not merged. */
  MINICPM5("minicpm5", "\\p{N}{1,3}", Splits.modern("\\p{N}+"));

  private static final ImmutableMap<String, PreTokenizer> BY_NAME = byNames();

  private final ImmutableList<String> names;
  private final ImmutableList<String> sources;
  private final ImmutableList<Pattern> patterns;

  PreTokenizer(String names, String... sources) {
    this(names, ImmutableList.copyOf(sources));
  }

  /** Names are parted by a space. */
  PreTokenizer(String names, ImmutableList<String> sources) {
    this.names = ImmutableList.copyOf(names.split(" "));
    this.sources = sources;
    // \s, \d and \b are ASCII in Java and Unicode in tokenizers; case folding alike.
    this.patterns =
        sources.stream()
            .map(source -> Pattern.compile(source, Pattern.UNICODE_CHARACTER_CLASS))
            .collect(ImmutableList.toImmutableList());
  }

  private static ImmutableMap<String, PreTokenizer> byNames() {
    var byName = ImmutableMap.<String, PreTokenizer>builder();
    for (PreTokenizer value : values()) {
      value.names.forEach(name -> byName.put(name, value));
    }
    return byName.buildOrThrow();
  }

  /** The one a GGUF names, or none. */
  public static Optional<PreTokenizer> byName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Names that {@link #byName} knows. */
  public static Iterable<String> names() {
    return BY_NAME.keySet();
  }

  /** Whether a piece that is a token as a whole is taken as it is. */
  public boolean ignoresMerges() {
    return switch (this) {
      case LLAMA3, TEKKEN, YOUTU, MINICPM5 -> true;
      default -> false;
    };
  }

  /** Whether the beginning-of-sequence token comes first where a file does not say. */
  public boolean writesBos() {
    return this == LLAMA3 || this == TEKKEN || this == CHAMELEON;
  }

  private boolean composes() {
    return this == QWEN2 || this == QWEN35;
  }

  /** The text as the model's tokenizer normalises it. */
  public String normalize(String text) {
    return composes() ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
  }

  /** Calls {@code piece} with the first and the last-but-one index of each piece, in order. */
  public void split(String text, BiConsumer<Integer, Integer> piece) {
    Matcher[] matchers =
        patterns.stream().map(pattern -> pattern.matcher(text)).toArray(Matcher[]::new);
    split(matchers, 0, 0, text.length(), piece);
  }

  /** What a pattern does not match between its matches is a piece, too. */
  private static void split(
      Matcher[] matchers, int stage, int from, int to, BiConsumer<Integer, Integer> piece) {
    if (from == to) {
      return;
    }
    if (stage == matchers.length) {
      piece.accept(from, to);
      return;
    }
    Matcher matcher = matchers[stage];
    matcher.region(from, to);
    int end = from;
    while (matcher.find()) {
      int start = matcher.start();
      int after = matcher.end();
      split(matchers, stage + 1, end, start, piece);
      split(matchers, stage + 1, start, after, piece);
      end = after;
    }
    split(matchers, stage + 1, end, to, piece);
  }

  /** {@code pre_tokenizer} of a {@code tokenizer.json}. */
  ObjectNode toJson() {
    ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    for (String source : sources) {
      ObjectNode split = steps.addObject().put("type", "Split");
      split.putObject("pattern").put("Regex", source);
      split.put("behavior", "Isolated").put("invert", false);
    }
    steps.add(byteLevel(false, false));
    return sequence;
  }

  /** {@code normalizer} of a {@code tokenizer.json}, or none. */
  Optional<ObjectNode> normalizerJson() {
    return composes()
        ? Optional.of(JsonNodeFactory.instance.objectNode().put("type", "NFC"))
        : Optional.empty();
  }

  static ObjectNode byteLevel(boolean prefixSpace, boolean useRegex) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", prefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", useRegex);
  }
}
