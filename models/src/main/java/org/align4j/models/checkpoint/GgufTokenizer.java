package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.align4j.core.file.BadFileException;
import org.align4j.models.text.ByteLevelBpe;
import org.align4j.models.text.SentencePieceJson;
import org.align4j.models.text.SentencePieceTokenizer;
import org.align4j.models.text.SpecialTokens;
import org.align4j.models.text.Tokenizer;
import org.align4j.models.text.bpe.AddedTokens.Added;
import org.align4j.models.text.bpe.BpeVocabulary;
import org.align4j.models.text.bpe.PreTokenizer;
import org.align4j.models.text.sentencepiece.Normalization;
import org.align4j.models.text.sentencepiece.Pieces;
import org.align4j.models.text.sentencepiece.Pieces.Type;
import org.align4j.models.text.sentencepiece.SentencePieceModel;
import org.align4j.models.text.sentencepiece.SentencePieceModel.Algorithm;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tokenizer out of a GGUF file's metadata, as {@code llama-vocab.cpp} (llama.cpp) does:
 * byte-level BPE of known pre-tokenizers, and SentencePiece's BPE.
 */
final class GgufTokenizer {

  private static final String REMEDY = "load the Hugging Face folder of the model";

  /** Of Phi-3's special tokens those that leave the white space behind them. */
  private static final Set<String> PHI3_PLAIN = Set.of("<unk>", "<s>", "<|endoftext|>");

  private final Path path;
  private final GgufMetadata metadata;
  private final int rows;
  private final ImmutableList<Integer> eosIds;

  /**
   * Reads a file's metadata.
   *
   * @param rows of the embedding
   * @param eosIds what ends a sequence; where the file names nothing, SentencePiece's own
   */
  GgufTokenizer(Path path, GgufMetadata metadata, int rows, ImmutableList<Integer> eosIds) {
    this.path = path;
    this.metadata = metadata;
    this.rows = rows;
    this.eosIds = eosIds;
  }

  Tokenizer read() {
    String model = metadata.string("tokenizer.ggml.model");
    try {
      return switch (model) {
        case "gpt2" -> byteLevel();
        case "llama" -> sentencePiece();
        default ->
            throw new BadFileException(
                path,
                "tokenizer.ggml.model is %s: gpt2 (byte-level BPE) and llama (SentencePiece) are"
                    + " supported; %s",
                BadFileException.quote(model),
                REMEDY);
      };
    } catch (BadFileException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BadFileException(path, "its tokenizer is damaged: " + e.getMessage(), e);
    }
  }

  private ByteLevelBpe byteLevel() {
    String name = metadata.optionalString("tokenizer.ggml.pre");
    Optional<PreTokenizer> known = PreTokenizer.byName(name == null ? "default" : name);
    if (known.isEmpty()) {
      throw new BadFileException(
          path,
          "tokenizer.ggml.pre is %s: %s are supported; %s",
          name == null ? "missing" : BadFileException.quote(name),
          String.join(", ", PreTokenizer.names()),
          REMEDY);
    }
    PreTokenizer pre = known.get();
    ImmutableList<String> tokens = tokens();
    ImmutableList<Type> types = types(tokens.size());
    var added = ImmutableMap.<Integer, Boolean>builder();
    for (int id = 0; id < types.size(); id++) {
      if (isAdded(types.get(id))) {
        added.put(id, types.get(id) != Type.USER_DEFINED);
      }
    }
    return new ByteLevelBpe(
        pre,
        new BpeVocabulary(tokens, metadata.strings("tokenizer.ggml.merges"), added.buildOrThrow()),
        specialTokens(tokens, null, null, null),
        eosIds,
        metadata.flag("tokenizer.ggml.add_bos_token", pre.writesBos()));
  }

  private SentencePieceTokenizer sentencePiece() {
    ImmutableList<String> tokens = tokens();
    double[] scores = metadata.optionalNumbers("tokenizer.ggml.scores");
    if (scores == null) {
      throw new BadFileException(
          path, "has no tokenizer.ggml.scores, by which SentencePiece merges; %s", REMEDY);
    }
    float[] floats = new float[scores.length];
    for (int i = 0; i < scores.length; i++) {
      floats[i] = (float) scores[i];
    }
    var pieces = new Pieces(tokens, floats, types(tokens.size()));
    boolean prefix = metadata.flag("tokenizer.ggml.add_space_prefix", true);
    var model =
        new SentencePieceModel(
            Algorithm.BPE,
            pieces,
            new Normalization(prefix, false, Optional.empty()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new SentencePieceTokenizer(
        model,
        addedPieces(pieces),
        true,
        // the defaults of llama.cpp are the ids of Llama's first model
        specialTokens(tokens, 1, 2, 0),
        eosIds.isEmpty() && tokens.size() > 2 ? ImmutableList.of(2) : eosIds,
        metadata.flag("tokenizer.ggml.add_bos_token", true),
        SentencePieceJson::save);
  }

  /** GGUF has no word for tokens that take white space: llama.cpp knows Phi-3's by its name. */
  private ImmutableList<Added> addedPieces(Pieces pieces) {
    String name = metadata.optionalString("general.name");
    String lower = name == null ? "" : name.toLowerCase(Locale.ROOT);
    boolean phi3 = lower.contains("phi-3") || lower.contains("phi3");
    var added = ImmutableList.<Added>builder();
    for (int id = 0; id < pieces.size(); id++) {
      String text = pieces.texts().get(id);
      Type type = pieces.types().get(id);
      if (isAdded(type) || (phi3 && text.equals("</s>"))) {
        boolean strips = phi3 && !PHI3_PLAIN.contains(text);
        added.add(new Added(text, id, type != Type.USER_DEFINED, false, strips));
      }
    }
    return added.build();
  }

  private static boolean isAdded(Type type) {
    return type == Type.CONTROL || type == Type.UNKNOWN || type == Type.USER_DEFINED;
  }

  private ImmutableList<String> tokens() {
    ImmutableList<String> tokens = metadata.strings("tokenizer.ggml.tokens");
    if (tokens.size() > rows) {
      throw new BadFileException(
          path,
          "has %s tokens but an embedding of %s rows: they do not belong together",
          tokens.size(),
          rows);
    }
    return tokens;
  }

  private ImmutableList<Type> types(int count) {
    long[] types = metadata.optionalIntegers("tokenizer.ggml.token_type");
    if (types != null && types.length != count) {
      throw new BadFileException(
          path, "has %s tokens and %s token types: it is damaged", count, types.length);
    }
    var result = ImmutableList.<Type>builderWithExpectedSize(count);
    for (int id = 0; id < count; id++) {
      // 0 is llama.cpp's for a token of no type
      result.add(types == null || types[id] == 0 ? Type.NORMAL : Type.of(types[id]));
    }
    return result.build();
  }

  private SpecialTokens specialTokens(
      ImmutableList<String> tokens,
      @Nullable Integer bos,
      @Nullable Integer eos,
      @Nullable Integer unknown) {
    return new SpecialTokens(
        token(tokens, "bos", bos),
        token(tokens, "eos", eos),
        token(tokens, "padding", null),
        token(tokens, "unknown", unknown));
  }

  private Optional<String> token(
      ImmutableList<String> tokens, String role, @Nullable Integer otherwise) {
    @Nullable Integer named = metadata.optionalInteger("tokenizer.ggml." + role + "_token_id");
    @Nullable Integer id = named == null ? otherwise : named;
    return id == null || id >= tokens.size() ? Optional.empty() : Optional.of(tokens.get(id));
  }
}
