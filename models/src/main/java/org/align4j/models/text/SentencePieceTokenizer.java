package org.align4j.models.text;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Utf8;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.file.WellFormedText;
import org.align4j.models.text.bpe.AddedTokens;
import org.align4j.models.text.bpe.AddedTokens.Added;
import org.align4j.models.text.sentencepiece.Cut;
import org.align4j.models.text.sentencepiece.NormalText;
import org.align4j.models.text.sentencepiece.Pieces;
import org.align4j.models.text.sentencepiece.Pieces.Type;
import org.align4j.models.text.sentencepiece.Segmenter;
import org.align4j.models.text.sentencepiece.SentencePieceModel;
import org.align4j.models.text.sentencepiece.TextNormalizer;

/**
 * A SentencePiece model with added tokens around it. What lies between added tokens has the ids
 * that SentencePiece gives.
 */
public final class SentencePieceTokenizer implements Tokenizer {

  /** Writes what describes a tokenizer into a folder. */
  @FunctionalInterface
  public interface Saver {
    void save(Path folder, SentencePieceTokenizer tokenizer);
  }

  private final SentencePieceModel model;
  private final ImmutableList<Added> added;
  private final boolean prefixesAll;
  private final SpecialTokens specialTokens;
  private final ImmutableList<Integer> eosIds;
  private final ImmutableList<Integer> prefixIds;
  private final Saver saver;

  private final Pieces pieces;
  private final Segmenter segmenter;
  private final TextNormalizer normalizer;
  private final int[] byteIds;

  /** What each piece is in a text. */
  private final String[] texts;

  private final Map<Integer, Added> addedById = new HashMap<>();
  private final AddedTokens allAdded;
  private final AddedTokens ordinaryAdded;
  private final int vocabSize;

  /**
   * Builds the tables.
   *
   * @param added tokens recognised in a text before the model sees it; of two with one text the
   *     first counts
   * @param prefixesAll whether the model's prefix comes after every added token, too, and not only
   *     at the beginning of a text
   * @param writesBos whether the beginning-of-sequence token comes before every text
   */
  public SentencePieceTokenizer(
      SentencePieceModel model,
      ImmutableList<Added> added,
      boolean prefixesAll,
      SpecialTokens specialTokens,
      ImmutableList<Integer> eosIds,
      boolean writesBos,
      Saver saver) {
    this.model = model;
    this.added = added;
    this.prefixesAll = prefixesAll;
    this.specialTokens = specialTokens;
    this.eosIds = eosIds;
    this.saver = saver;
    this.pieces = model.pieces();
    this.segmenter = model.segmenter();
    this.normalizer = new TextNormalizer(model.normalization(), pieces);
    this.byteIds = pieces.byteIds();
    this.texts =
        pieces.texts().stream().map(text -> text.replace(Pieces.SPACE, ' ')).toArray(String[]::new);
    int largest = pieces.size() - 1;
    for (Added token : added) {
      checkArgument(token.id() >= 0, "added token '%s' has id %s", token.text(), token.id());
      addedById.putIfAbsent(token.id(), token);
      largest = Math.max(largest, token.id());
    }
    this.vocabSize = largest + 1;
    for (int id : eosIds) {
      checkArgument(id >= 0 && id < vocabSize, "EOS id %s: there are %s tokens", id, vocabSize);
    }
    this.allAdded = new AddedTokens(added, true);
    this.ordinaryAdded = new AddedTokens(added, false);
    this.prefixIds =
        writesBos
            ? specialTokens
                .bos()
                .flatMap(this::id)
                .map(ImmutableList::of)
                .orElse(ImmutableList.of())
            : ImmutableList.of();
  }

  SentencePieceModel model() {
    return model;
  }

  ImmutableList<Added> added() {
    return added;
  }

  /** The id of a token's text. */
  Optional<Integer> id(String text) {
    for (Added token : added) {
      if (token.text().equals(text)) {
        return Optional.of(token.id());
      }
    }
    int id = pieces.texts().indexOf(text);
    return id < 0 ? Optional.empty() : Optional.of(id);
  }

  @Override
  public int[] encodeChat(String rendered) {
    return new Encoding(rendered, allAdded).run().ids();
  }

  @Override
  public EncodedText encodeChatSpans(String rendered) {
    return new Encoding(rendered, allAdded).run();
  }

  @Override
  public int[] encodePlain(String text) {
    return new Encoding(text, ordinaryAdded).run().ids();
  }

  @Override
  public ImmutableList<Integer> prefixIds() {
    return prefixIds;
  }

  /** The encoding of one text. */
  private final class Encoding {
    private final String text;
    private final AddedTokens wanted;
    private final ImmutableIntArray.Builder ids;
    private final ImmutableIntArray.Builder starts;
    private final ImmutableIntArray.Builder ends;

    Encoding(String text, AddedTokens wanted) {
      this.text = WellFormedText.of(text);
      this.wanted = wanted;
      this.ids = ImmutableIntArray.builder(text.length() / 3 + 8);
      this.starts = ImmutableIntArray.builder(text.length() / 3 + 8);
      this.ends = ImmutableIntArray.builder(text.length() / 3 + 8);
    }

    EncodedText run() {
      int start = 0;
      for (var found = wanted.find(text, 0); found != null; found = wanted.find(text, start)) {
        ordinary(start, found.start());
        add(found.id(), found.start(), found.end());
        start = found.end();
      }
      ordinary(start, text.length());
      return new EncodedText(
          ids.build().toArray(), starts.build().toArray(), ends.build().toArray());
    }

    private void add(int id, int start, int end) {
      ids.add(id);
      starts.add(start);
      ends.add(end);
    }

    /** Neighbours that no piece has are one unknown piece, unless they are written as bytes. */
    private void ordinary(int from, int to) {
      NormalText normal = normalizer.apply(text, from, to, prefixesAll || from == 0);
      List<Cut> cuts = segmenter.cut(normal.text());
      for (int i = 0; i < cuts.size(); i++) {
        Cut cut = cuts.get(i);
        int start = normal.starts()[cut.start()];
        if (!cut.isUnknown()) {
          add(cut.id(), start, normal.ends()[cut.end() - 1]);
        } else if (!bytes(normal, cut) && model.unknown().isPresent()) {
          while (i + 1 < cuts.size() && cuts.get(i + 1).isUnknown()) {
            i++;
          }
          add(model.unknown().get(), start, normal.ends()[cuts.get(i).end() - 1]);
        }
      }
    }

    private boolean bytes(NormalText normal, Cut cut) {
      byte[] bytes =
          normal.text().substring(cut.start(), cut.end()).getBytes(StandardCharsets.UTF_8);
      for (byte value : bytes) {
        if (byteIds[value & 0xFF] < 0) {
          return false;
        }
      }
      for (byte value : bytes) {
        add(byteIds[value & 0xFF], normal.starts()[cut.start()], normal.ends()[cut.end() - 1]);
      }
      return true;
    }
  }

  /**
   * Text of ids. A run of bytes is UTF-8, and each byte that does not fit in becomes U+FFFD, as in
   * SentencePiece; at the beginning the prefix goes or, of a model that removes extra spaces, all
   * spaces.
   */
  @Override
  public String decode(int[] ids) {
    var text = new StringBuilder();
    var run = new ByteArrayOutputStream();
    for (int id : ids) {
      checkArgument(id >= 0, "token id %s: it must be at least 0", id);
      if (isByte(id)) {
        run.write(Pieces.byteValue(pieces.texts().get(id)));
        continue;
      }
      flush(run, text);
      Added token = addedById.get(id);
      if (token != null) {
        text.append(token.text());
      } else if (id < pieces.size()) {
        text.append(texts[id]);
      }
    }
    flush(run, text);
    return text.substring(blanks(text));
  }

  /** How many spaces the beginning of a text has that are not its own. */
  private int blanks(StringBuilder text) {
    int most = 0;
    if (model.normalization().removesExtraSpaces()) {
      most = text.length();
    } else if (model.normalization().addsPrefix()) {
      most = Math.min(1, text.length());
    }
    int blanks = 0;
    while (blanks < most && text.charAt(blanks) == ' ') {
      blanks++;
    }
    return blanks;
  }

  private static void flush(ByteArrayOutputStream run, StringBuilder text) {
    byte[] bytes = run.toByteArray();
    run.reset();
    for (int at = 0; at < bytes.length; ) {
      int length = 1;
      while (length <= 4 && at + length <= bytes.length && !Utf8.isWellFormed(bytes, at, length)) {
        length++;
      }
      boolean fits = length <= 4 && at + length <= bytes.length;
      text.append(fits ? new String(bytes, at, length, StandardCharsets.UTF_8) : "\uFFFD");
      at += fits ? length : 1;
    }
  }

  private boolean isByte(int id) {
    return id < pieces.size() && pieces.types().get(id) == Type.BYTE;
  }

  @Override
  public StreamingDecoder streamingDecoder() {
    return new StreamingDecoder(this, this::isByte, 0);
  }

  @Override
  public boolean isSpecial(int id) {
    Added token = addedById.get(id);
    return token != null && token.special();
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
    return vocabSize;
  }

  @Override
  public void save(Path folder) {
    saver.save(folder, this);
  }
}
