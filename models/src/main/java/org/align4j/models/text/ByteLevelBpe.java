package org.align4j.models.text;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.align4j.core.file.WellFormedText;
import org.align4j.models.text.bpe.AddedTokens;
import org.align4j.models.text.bpe.BpeJson;
import org.align4j.models.text.bpe.BpeVocabulary;
import org.align4j.models.text.bpe.ByteAlphabet;
import org.align4j.models.text.bpe.ByteSpans;
import org.align4j.models.text.bpe.MergeTable;
import org.align4j.models.text.bpe.PreTokenizer;

/**
 * Byte-level byte-pair encoding, as GPT-2 introduced it and most models have it: the text is cut by
 * a pattern, each piece's bytes are merged pair by pair.
 */
public final class ByteLevelBpe implements Tokenizer {

  /** Pieces remembered with their ids: words come again and again. */
  private static final int MOST_CACHED = 1 << 16;

  private static final int LONGEST_CACHED = 48;

  private final PreTokenizer preTokenizer;
  private final BpeVocabulary vocabulary;
  private final SpecialTokens specialTokens;
  private final ImmutableList<Integer> eosIds;
  private final boolean writesBos;
  private final ImmutableList<Integer> prefixIds;

  private final Map<String, Integer> ids;
  private final MergeTable merges;
  private final int[] byteIds = new int[256];
  private final byte[][] bytes;
  private final AddedTokens allAdded;
  private final AddedTokens ordinaryAdded;
  private final Map<String, int[]> cache = new ConcurrentHashMap<>();

  /**
   * Builds the tables.
   *
   * @param writesBos whether the beginning-of-sequence token comes before every text
   */
  public ByteLevelBpe(
      PreTokenizer preTokenizer,
      BpeVocabulary vocabulary,
      SpecialTokens specialTokens,
      ImmutableList<Integer> eosIds,
      boolean writesBos) {
    for (int id : eosIds) {
      checkArgument(
          id >= 0 && id < vocabulary.tokens().size(),
          "EOS id %s: there are %s tokens",
          id,
          vocabulary.tokens().size());
    }
    this.preTokenizer = preTokenizer;
    this.vocabulary = vocabulary;
    this.specialTokens = specialTokens;
    this.eosIds = eosIds;
    this.writesBos = writesBos;
    this.ids = vocabulary.ids();
    this.prefixIds =
        writesBos
            ? specialTokens.bos().map(ids::get).map(ImmutableList::of).orElse(ImmutableList.of())
            : ImmutableList.of();
    this.merges = new MergeTable(vocabulary, ids);
    for (int value = 0; value < byteIds.length; value++) {
      byteIds[value] = ids.getOrDefault(String.valueOf(ByteAlphabet.letter(value)), -1);
    }
    this.bytes = vocabulary.tokens().stream().map(ByteAlphabet::bytes).toArray(byte[][]::new);
    this.allAdded = new AddedTokens(vocabulary.addedTokens(), true);
    this.ordinaryAdded = new AddedTokens(vocabulary.addedTokens(), false);
  }

  @Override
  public int[] encodeChat(String rendered) {
    return encode(WellFormedText.of(rendered), allAdded);
  }

  @Override
  public EncodedText encodeChatSpans(String rendered) {
    String text = WellFormedText.of(rendered);
    int[] ids = encode(text, allAdded);
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    int token = 0;
    int start = 0;
    while (start < text.length()) {
      var found = allAdded.find(text, start);
      int end = found == null ? text.length() : found.start();
      token = spans(text, start, end, ids, token, starts, ends);
      start = end;
      if (found != null) {
        starts[token] = found.start();
        ends[token++] = found.end();
        start = found.end();
      }
    }
    return new EncodedText(ids, starts, ends);
  }

  /** The places of the tokens of ordinary text; gives the number of the token after them. */
  private int spans(String text, int from, int to, int[] ids, int first, int[] starts, int[] ends) {
    String part = text.substring(from, to);
    ByteSpans places = ByteSpans.of(part, preTokenizer.normalize(part));
    int token = first;
    int at = 0;
    while (token < ids.length
        && at < places.length()
        && !vocabulary.added().containsKey(ids[token])) {
      starts[token] = from + places.start(at);
      at = Math.min(places.length(), at + bytes[ids[token]].length);
      ends[token++] = from + places.end(at - 1);
    }
    return token;
  }

  @Override
  public int[] encodePlain(String text) {
    return encode(WellFormedText.of(text), ordinaryAdded);
  }

  @Override
  public ImmutableList<Integer> prefixIds() {
    return prefixIds;
  }

  private int[] encode(String text, AddedTokens added) {
    var result = ImmutableIntArray.builder(text.length() / 3 + 8);
    int start = 0;
    for (var found = added.find(text, 0); found != null; found = added.find(text, start)) {
      encodeOrdinary(text.substring(start, found.start()), result);
      result.add(found.id());
      start = found.end();
    }
    encodeOrdinary(text.substring(start), result);
    return result.build().toArray();
  }

  private void encodeOrdinary(String text, ImmutableIntArray.Builder result) {
    String normal = preTokenizer.normalize(text);
    preTokenizer.split(
        normal, (from, to) -> result.addAll(ImmutableIntArray.copyOf(piece(normal, from, to))));
  }

  private int[] piece(String text, int from, int to) {
    String piece = text.substring(from, to);
    if (piece.length() > LONGEST_CACHED) {
      return merge(piece);
    }
    int[] known = cache.get(piece);
    if (known == null) {
      known = merge(piece);
      if (cache.size() < MOST_CACHED) {
        cache.put(piece, known);
      }
    }
    return known;
  }

  private int[] merge(String piece) {
    byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
    if (preTokenizer.ignoresMerges()) {
      var letters = new StringBuilder(utf8.length);
      for (byte value : utf8) {
        letters.append(ByteAlphabet.letter(value));
      }
      Integer whole = ids.get(letters.toString());
      if (whole != null) {
        return new int[] {whole};
      }
    }
    int[] merged = new int[utf8.length];
    int count = 0;
    for (byte value : utf8) {
      int id = byteIds[value & 0xFF];
      // A byte without a token is left out: tokenizers does so where there is no unknown token.
      if (id >= 0) {
        merged[count++] = id;
      }
    }
    return Arrays.copyOf(merged, merges.merge(merged, count));
  }

  @Override
  public String decode(int[] ids) {
    var text = new ByteArrayOutputStream(4 * ids.length);
    for (int id : ids) {
      checkArgument(id >= 0, "token id %s: it must be at least 0", id);
      if (id < bytes.length) {
        text.writeBytes(bytes[id]);
      }
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  @Override
  public boolean isSpecial(int id) {
    return Boolean.TRUE.equals(vocabulary.added().get(id));
  }

  @Override
  public ImmutableList<Integer> eosIds() {
    return eosIds;
  }

  @Override
  public SpecialTokens specialTokens() {
    return specialTokens;
  }

  @Override
  public int vocabSize() {
    return vocabulary.tokens().size();
  }

  @Override
  public void save(Path folder) {
    TokenizerFiles.write(
        folder,
        BpeJson.of(preTokenizer, vocabulary, writesBos ? specialTokens.bos() : Optional.empty()),
        specialTokens);
  }
}
