package org.align4j.models.text.bpe;

import com.google.common.collect.ImmutableList;

/**
 * The patterns by which models cut a text, in the notation of {@code tokenizer.json}. Where
 * llama.cpp writes one otherwise (its engine knows no case folding and no categories of letters),
 * this is the model's own.
 */
final class Splits {

  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String WORD = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
  private static final String SIGNS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
  private static final String BLANKS = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String HAN_KANA = "[一-龥\\x{3040}-ゟ゠-ヿ]+";
  private static final String ASCII_SIGN = "[!\"#$%\\&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]";
  private static final String PUNCTUATION = "[\\p{P}$+<=>^~|`]+";
  private static final String DEEPSEEK_3 =
      ASCII_SIGN
          + "[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
          + BLANKS;

  /** Letters with two cases: DeepSeek's list of 2023. */
  private static final String CASED =
      "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚ"
          + "Ḁ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\\x{1F7D}ᾀ-ᾴᾶ-ᾼ\\x{1FBE}ῂ-ῄῆ-ῌῐ-\\x{1FD3}ῖ-\\x{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\\x{2126}ℨ"
          + "\\x{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ"
          + "\\x{10400}-\\x{1044F}\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}"
          + "\\x{10CC0}-\\x{10CF2}\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}";

  private static final String ASIAN = "[一-龥\\x{800}-一가-\\x{D7FF}]+";

  static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  static final ImmutableList<String> DEEPSEEK_LLM =
      ImmutableList.of(
          "[\\r\\n]",
          "\\s?[" + CASED + "]+",
          "\\s?[!-/:-~！-／：-～‘-‟\\x{3000}-。]+",
          "\\s+\\z",
          ASIAN,
          "\\p{N}+");

  static final ImmutableList<String> DEEPSEEK_CODER =
      ImmutableList.of("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", ASIAN, "\\p{N}");

  static final ImmutableList<String> DEEPSEEK_V3 =
      ImmutableList.of("\\p{N}{1,3}", HAN_KANA, DEEPSEEK_3);

  static final ImmutableList<String> SPARK =
      ImmutableList.of(
          "\\p{N}{1,3}",
          HAN_KANA,
          ASCII_SIGN
              + "[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+|[\\r\\n]|"
              + "\\s+(?!\\S)|\\s+",
          "\\p{N}");

  static final ImmutableList<String> YOUTU =
      ImmutableList.of(
          "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-\\x{303F}︰-﹏]+|[ㄅ-ㄯ]+|" + HAN_KANA,
          twoCases(CONTRACTION + "?", "\\p{N}"));

  static final ImmutableList<String> FALCON =
      ImmutableList.of(PUNCTUATION, GPT2, "[0-9][0-9][0-9]");

  static final ImmutableList<String> BLOOM = ImmutableList.of(" ?[^(\\s|.,!?…。，、।۔،)]+");

  static final ImmutableList<String> VIKING = ImmutableList.of(" ?[^(\\s|.,!?…。，、।۔،)]+", "\\p{N}");

  static final ImmutableList<String> CHAMELEON =
      ImmutableList.of(
          "<sentinel:[0-9]+>",
          "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z",
          "([\\t\\n]|    |  )",
          "\\p{N}",
          "[\\p{P}!-/:-@\\[-`{-~]",
          GPT2);

  static final ImmutableList<String> JAIS2 =
      ImmutableList.of(
          CONTRACTION
              + "|"
              + WORD
              + "|\\p{N}{1,3}|"
              + SIGNS
              + "|\\s*[\\r\\n]+|\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)"
              + "|\\s{32}(?!\\S)|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}");

  static final ImmutableList<String> TINY_AYA =
      ImmutableList.of(
          "\\d{1,3}(?=(?:\\d{3})*\\b)", twoCases(CONTRACTION + "?", "\\p{N}{1,3}", "[\\r\\n/]*"));

  static final ImmutableList<String> SUPERBPE = ImmutableList.of("\\p{N}+", "(?=(\\d{3})+(?!\\d))");

  static final ImmutableList<String> BAILINGMOE =
      ImmutableList.of(
          "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++"
              + "[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+");

  static final ImmutableList<String> SEED_CODER =
      ImmutableList.of(
          CONTRACTION
              + "|"
              + WORD
              + "|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");

  static final ImmutableList<String> UFAKZEKA =
      ImmutableList.of(WORD + "|\\p{N}|" + SIGNS + "|" + BLANKS);

  /** Words of several parts; a loop that never steps back, so that no text is too long for it. */
  static final ImmutableList<String> EXAONE_MOE =
      ImmutableList.of(
          CONTRACTION
              + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}(?:[\\p{L}\\p{M}]++| (?=\\p{L}))*+|\\p{N}|"
              + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+");

  static final ImmutableList<String> QWEN35 =
      ImmutableList.of(
          CONTRACTION
              + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|"
              + BLANKS);

  private Splits() {}

  /** The pattern of Llama 3 and Qwen2. */
  static String modern(String digits) {
    return CONTRACTION + "|" + WORD + "|" + digits + "|" + SIGNS + "|" + BLANKS;
  }

  /** The pattern of GPT-4o: words begin where a capital follows a small letter. */
  static String twoCases(String contraction, String digits) {
    return twoCases(contraction, digits, "[\\r\\n/]*");
  }

  private static String twoCases(String contraction, String digits, String end) {
    String before = "[^\\r\\n\\p{L}\\p{N}]?";
    return before
        + UPPER
        + "*"
        + LOWER
        + "+"
        + contraction
        + "|"
        + before
        + UPPER
        + "+"
        + LOWER
        + "*"
        + contraction
        + "|"
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+"
        + end
        + "|"
        + BLANKS;
  }
}
