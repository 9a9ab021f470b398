package org.align4j.models.text.bpe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.text.Normalizer;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a text is cut before byte-pair merging, by the names of GGUF's {@code tokenizer.ggml.pre}.
 * Patterns are those of the models' {@code tokenizer.json}; llama.cpp's {@code llm_tokenizer_bpe}
 * has the same.
 */
public enum PreTokenizer {
  /** GPT-2's pattern. */
  GPT2(null, Patterns.GPT2, false, false),
  /** Every digit by itself, then GPT-2's pattern on what lies between. */
  DIGITS_GPT2(null, Patterns.GPT2, true, false),
  /** Llama 3's pattern: digits in threes; a piece that is a token is not merged. */
  LLAMA3("\\p{N}{1,3}", Patterns.MODERN, false, false),
  /** Qwen2's pattern: digits by themselves; text in composed form (NFC). */
  QWEN2("\\p{N}", Patterns.MODERN, false, true);

  private static final ImmutableMap<String, PreTokenizer> BY_NAME =
      ImmutableMap.<String, PreTokenizer>builder()
          .put("gpt-2", GPT2)
          .put("smollm", DIGITS_GPT2)
          .put("starcoder", DIGITS_GPT2)
          .put("refact", DIGITS_GPT2)
          .put("llama-bpe", LLAMA3)
          .put("llama3", LLAMA3)
          .put("llama-v3", LLAMA3)
          .put("qwen2", QWEN2)
          .put("deepseek-r1-qwen", QWEN2)
          .buildOrThrow();

  private final boolean gpt2;
  private final String source;
  private final Pattern pattern;
  private final boolean splitsDigits;
  private final boolean composes;

  PreTokenizer(@Nullable String digits, String template, boolean splitsDigits, boolean composes) {
    this.gpt2 = digits == null;
    this.source = digits == null ? template : template.replace("DIGITS", digits);
    // \s is ASCII in Java and Unicode white space in tokenizers; case folding alike.
    this.pattern =
        Pattern.compile(
            source
                .replace("(?i:", "(?iu:")
                .replace("\\S", "\\P{IsWhite_Space}")
                .replace("\\s", "\\p{IsWhite_Space}"));
    this.splitsDigits = splitsDigits;
    this.composes = composes;
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
    return this == LLAMA3;
  }

  /** The text as the model's tokenizer normalises it. */
  public String normalize(String text) {
    return composes ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
  }

  /** Calls {@code piece} with the first and the last-but-one index of each piece, in order. */
  public void split(String text, BiConsumer<Integer, Integer> piece) {
    Matcher matcher = pattern.matcher(text);
    if (!splitsDigits) {
      match(matcher, 0, text.length(), piece);
      return;
    }
    int start = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      int after = i + Character.charCount(point);
      if (isNumber(point)) {
        match(matcher, start, i, piece);
        piece.accept(i, after);
        start = after;
      }
      i = after;
    }
    match(matcher, start, text.length(), piece);
  }

  private static void match(Matcher matcher, int from, int to, BiConsumer<Integer, Integer> piece) {
    if (from == to) {
      return;
    }
    matcher.region(from, to);
    int end = from;
    while (matcher.find()) {
      if (matcher.start() > end) {
        piece.accept(end, matcher.start());
      }
      piece.accept(matcher.start(), matcher.end());
      end = matcher.end();
    }
    if (end < to) {
      piece.accept(end, to);
    }
  }

  private static boolean isNumber(int point) {
    int type = Character.getType(point);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  /** {@code pre_tokenizer} of a {@code tokenizer.json}. */
  ObjectNode toJson() {
    ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    if (splitsDigits) {
      steps.addObject().put("type", "Digits").put("individual_digits", true);
    }
    if (!gpt2) {
      ObjectNode split = steps.addObject().put("type", "Split");
      split.putObject("pattern").put("Regex", source);
      split.put("behavior", "Isolated").put("invert", false);
    }
    steps.add(byteLevel(false, gpt2));
    return sequence;
  }

  /** {@code normalizer} of a {@code tokenizer.json}, or none. */
  Optional<ObjectNode> normalizerJson() {
    return composes
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

  /** Held apart because an enum's constants come before its fields. */
  private static final class Patterns {
    static final String GPT2 =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    static final String MODERN =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|DIGITS|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }
}
