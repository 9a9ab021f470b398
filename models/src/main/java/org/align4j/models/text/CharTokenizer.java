package org.align4j.models.text;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.WellFormedText;
import org.align4j.models.text.bpe.BpeJson;

/**
 * One token a character, over a fixed alphabet: {@code <pad>} is 0, {@code <eos>} is 1, then the
 * alphabet in order. Saved as a {@code tokenizer.json} that {@code tokenizers} reads.
 */
public final class CharTokenizer implements Tokenizer {

  /** Id of {@code <pad>}. */
  public static final int PAD = 0;

  /** Id of {@code <eos>}. */
  public static final int EOS = 1;

  private static final ImmutableList<String> SPECIAL = ImmutableList.of("<pad>", "<eos>");
  private static final String ANY_CHARACTER = "[\\s\\S]";

  private final ImmutableList<String> tokens;
  private final ImmutableMap<String, Integer> ids;

  /** A tokenizer of the characters of a string, all different. */
  public CharTokenizer(String alphabet) {
    var all = ImmutableList.<String>builder().addAll(SPECIAL);
    alphabet.codePoints().mapToObj(Character::toString).forEach(all::add);
    this.tokens = all.build();
    var byToken = ImmutableMap.<String, Integer>builder();
    for (int id = 0; id < tokens.size(); id++) {
      byToken.put(tokens.get(id), id);
    }
    this.ids = byToken.buildOrThrow();
  }

  /** The alphabet, without the special tokens. */
  public String alphabet() {
    return String.join("", tokens.subList(SPECIAL.size(), tokens.size()));
  }

  @Override
  public int[] encodeChat(String rendered) {
    return encode(WellFormedText.of(rendered), true);
  }

  @Override
  public EncodedText encodeChatSpans(String rendered) {
    int[] ids = encodeChat(rendered);
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    int at = 0;
    for (int i = 0; i < ids.length; i++) {
      starts[i] = at;
      at += tokens.get(ids[i]).length();
      ends[i] = at;
    }
    return new EncodedText(ids, starts, ends);
  }

  @Override
  public int[] encodePlain(String text) {
    return encode(WellFormedText.of(text), false);
  }

  @Override
  public ImmutableList<Integer> prefixIds() {
    return ImmutableList.of();
  }

  private int[] encode(String text, boolean recognise) {
    var result = ImmutableIntArray.builder(text.length());
    for (int i = 0; i < text.length(); ) {
      int at = i;
      Optional<String> special =
          recognise
              ? SPECIAL.stream().filter(token -> text.startsWith(token, at)).findFirst()
              : Optional.empty();
      String token = special.orElseGet(() -> Character.toString(text.codePointAt(at)));
      Integer id = ids.get(token);
      checkArgument(
          id != null,
          "character '%s' (U+%s) is not in the alphabet '%s': use only its characters, or a model"
              + " with another tokenizer",
          token,
          String.format(Locale.ROOT, "%04X", text.codePointAt(at)),
          alphabet());
      result.add(id);
      i += token.length();
    }
    return result.build().toArray();
  }

  @Override
  public String decode(int[] ids) {
    var text = new StringBuilder(ids.length);
    for (int id : ids) {
      checkArgument(id >= 0, "token id %s: it must be at least 0", id);
      if (id < tokens.size()) {
        text.append(tokens.get(id));
      }
    }
    return text.toString();
  }

  @Override
  public boolean isSpecial(int id) {
    return id == PAD || id == EOS;
  }

  @Override
  public ImmutableList<Integer> eosIds() {
    return ImmutableList.of(EOS);
  }

  @Override
  public SpecialTokens specialTokens() {
    return new SpecialTokens(
        Optional.empty(), Optional.of("<eos>"), Optional.of("<pad>"), Optional.empty());
  }

  @Override
  public int vocabSize() {
    return tokens.size();
  }

  @Override
  public void save(Path folder) {
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    var added = root.putArray("added_tokens");
    for (int id = 0; id < SPECIAL.size(); id++) {
      BpeJson.addedToken(added, id, SPECIAL.get(id), true);
    }
    root.putNull("normalizer");
    ObjectNode split = root.putObject("pre_tokenizer").put("type", "Split");
    split.putObject("pattern").put("Regex", ANY_CHARACTER);
    split.put("behavior", "Isolated").put("invert", false);
    root.putNull("post_processor");
    root.putObject("decoder").put("type", "Fuse");
    ObjectNode model = root.putObject("model").put("type", "WordLevel");
    ObjectNode vocab = model.putObject("vocab");
    ids.forEach(vocab::put);
    // Not in the vocabulary: a character outside the alphabet is an error there too.
    model.put("unk_token", "<unk>");
    TokenizerFiles.write(folder, root, specialTokens());
  }

  /** Whether a {@code tokenizer.json} is one that {@link #save} wrote. */
  static boolean isOne(JsonNode json) {
    return json.path("model").path("type").asText().equals("WordLevel")
        && json.path("pre_tokenizer").path("pattern").path("Regex").asText().equals(ANY_CHARACTER)
        && json.path("model").path("vocab").path("<pad>").asInt(-1) == PAD
        && json.path("model").path("vocab").path("<eos>").asInt(-1) == EOS;
  }

  static CharTokenizer of(Path file, JsonNode json) {
    JsonNode vocab = json.path("model").path("vocab");
    String[] letters = new String[vocab.size()];
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      int id = entry.getValue().asInt(-1);
      boolean letter =
          id >= SPECIAL.size()
              && id < letters.length
              && entry.getKey().codePointCount(0, entry.getKey().length()) == 1;
      if (!letter && !SPECIAL.contains(entry.getKey())) {
        throw new BadFileException(
            file,
            "token '%s' with id %s is not a character of an alphabet of %s: the file was changed",
            BadFileException.quote(entry.getKey()),
            id,
            vocab.size());
      }
      if (letter) {
        letters[id] = entry.getKey();
      }
    }
    var alphabet = new StringBuilder();
    for (int id = SPECIAL.size(); id < letters.length; id++) {
      if (letters[id] == null) {
        throw new BadFileException(file, "no token has id %s: the file was changed", id);
      }
      alphabet.append(letters[id]);
    }
    return new CharTokenizer(alphabet.toString());
  }
}
