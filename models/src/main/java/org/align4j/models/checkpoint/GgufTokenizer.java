package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.align4j.models.text.ByteLevelBpe;
import org.align4j.models.text.SpecialTokens;
import org.align4j.models.text.bpe.BpeVocabulary;
import org.align4j.models.text.bpe.PreTokenizer;
import org.align4j.models.transformer.TransformerConfig;
import org.jspecify.annotations.Nullable;

/** Reads the tokenizer out of a GGUF file's metadata: byte-level BPE of known pre-tokenizers. */
final class GgufTokenizer {

  /** {@code tokenizer.ggml.token_type} of ggml: 2 unknown, 3 control, 4 user-defined. */
  private static final int UNKNOWN = 2;

  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;

  private final Path path;
  private final GgufMetadata metadata;
  private final TransformerConfig config;

  GgufTokenizer(Path path, GgufMetadata metadata, TransformerConfig config) {
    this.path = path;
    this.metadata = metadata;
    this.config = config;
  }

  ByteLevelBpe read() {
    String model = metadata.string("tokenizer.ggml.model");
    if (!model.equals("gpt2")) {
      throw new BadFileException(
          path,
          "tokenizer.ggml.model is %s%s: gpt2 (byte-level BPE) is supported; load the Hugging Face"
              + " folder of the model",
          BadFileException.quote(model),
          model.equals("llama") ? " (SentencePiece)" : "");
    }
    String name = metadata.optionalString("tokenizer.ggml.pre");
    Optional<PreTokenizer> pre = PreTokenizer.byName(name == null ? "default" : name);
    if (pre.isEmpty()) {
      throw new BadFileException(
          path,
          "tokenizer.ggml.pre is %s: %s are supported; load the Hugging Face folder of the model",
          name == null ? "missing" : BadFileException.quote(name),
          String.join(", ", PreTokenizer.names()));
    }
    ImmutableList<String> tokens = metadata.strings("tokenizer.ggml.tokens");
    if (tokens.size() > config.vocabSize()) {
      throw new BadFileException(
          path,
          "has %s tokens but an embedding of %s rows: they do not belong together",
          tokens.size(),
          config.vocabSize());
    }
    try {
      return new ByteLevelBpe(
          pre.get(),
          new BpeVocabulary(
              tokens, metadata.strings("tokenizer.ggml.merges"), added(tokens.size())),
          new SpecialTokens(
              token(tokens, "bos"),
              token(tokens, "eos"),
              token(tokens, "padding"),
              token(tokens, "unknown")),
          config.eosTokenIds(),
          // llama.cpp's default for the pre-tokenizer (llama-vocab.cpp)
          metadata.flag("tokenizer.ggml.add_bos_token", pre.get() == PreTokenizer.LLAMA3));
    } catch (BadFileException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BadFileException(path, "its tokenizer is damaged: " + e.getMessage(), e);
    }
  }

  private ImmutableMap<Integer, Boolean> added(int count) {
    long[] types = metadata.optionalIntegers("tokenizer.ggml.token_type");
    if (types == null) {
      return ImmutableMap.of();
    }
    if (types.length != count) {
      throw new BadFileException(
          path, "has %s tokens and %s token types: it is damaged", count, types.length);
    }
    var added = ImmutableMap.<Integer, Boolean>builder();
    for (int id = 0; id < count; id++) {
      if (types[id] == CONTROL || types[id] == UNKNOWN) {
        added.put(id, true);
      } else if (types[id] == USER_DEFINED) {
        added.put(id, false);
      }
    }
    return added.buildOrThrow();
  }

  private Optional<String> token(ImmutableList<String> tokens, String role) {
    @Nullable Integer id = metadata.optionalInteger("tokenizer.ggml." + role + "_token_id");
    return id == null || id >= tokens.size() ? Optional.empty() : Optional.of(tokens.get(id));
  }
}
