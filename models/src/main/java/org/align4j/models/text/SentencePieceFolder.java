package org.align4j.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.align4j.models.text.bpe.AddedTokens.Added;
import org.align4j.models.text.sentencepiece.ModelFile;
import org.align4j.models.text.sentencepiece.Pieces;
import org.align4j.models.text.sentencepiece.Pieces.Type;
import org.align4j.models.text.sentencepiece.SentencePieceModel;

/**
 * A Hugging Face folder with a {@code tokenizer.model} and no {@code tokenizer.json}: the model and
 * what {@code tokenizer_config.json} and {@code added_tokens.json} add to it.
 */
final class SentencePieceFolder {

  private static final String ADDED = "added_tokens.json";

  private static final ImmutableList<String> FILES =
      ImmutableList.of(
          TokenizerFiles.SENTENCEPIECE, TokenizerFiles.CONFIG, "special_tokens_map.json", ADDED);

  private final Path folder;
  private final SentencePieceModel model;
  private final JsonNode config;

  private SentencePieceFolder(Path folder) {
    this.folder = folder;
    this.config = TokenizerFiles.config(folder);
    SentencePieceModel own = ModelFile.read(folder.resolve(TokenizerFiles.SENTENCEPIECE));
    JsonNode prefix = config.path("add_prefix_space");
    this.model = prefix.isBoolean() ? own.withPrefix(prefix.booleanValue()) : own;
  }

  /** Reads it; saving copies the files it was read from. */
  static SentencePieceTokenizer read(Path folder) {
    return new SentencePieceFolder(folder).tokenizer();
  }

  private SentencePieceTokenizer tokenizer() {
    ImmutableMap<String, byte[]> files = TokenizerFiles.contents(folder, FILES);
    SpecialTokens special = specialTokens();
    ImmutableList<Added> added = added(special);
    boolean llama = PostProcessor.isLlamaLike(config);
    try {
      return new SentencePieceTokenizer(
          model,
          added,
          config.path("legacy").asBoolean(!llama),
          special,
          added.stream()
              .filter(token -> special.eos().equals(Optional.of(token.text())))
              .limit(1)
              .map(Added::id)
              .collect(ImmutableList.toImmutableList()),
          config.path("add_bos_token").asBoolean(llama),
          (to, tokenizer) -> TokenizerFiles.write(to, files));
    } catch (IllegalArgumentException e) {
      throw new BadFileException(
          folder.resolve(TokenizerFiles.CONFIG),
          "does not fit its tokenizer.model: " + e.getMessage(),
          e);
    }
  }

  /** Those of the configuration; where it names none, those of the model. */
  private SpecialTokens specialTokens() {
    SpecialTokens named = TokenizerFiles.specialTokens(folder);
    return new SpecialTokens(
        named.bos().or(() -> text(model.bos())),
        named.eos().or(() -> text(model.eos())),
        named.pad().or(() -> text(model.pad())),
        named.unknown().or(() -> text(model.unknown())));
  }

  private Optional<String> text(Optional<Integer> id) {
    return id.map(model.pieces().texts()::get);
  }

  /** Tokens that the configuration lists, those of {@code added_tokens.json}, the model's own. */
  private ImmutableList<Added> added(SpecialTokens special) {
    List<Added> added = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : config.path("added_tokens_decoder").properties()) {
      JsonNode token = entry.getValue();
      added.add(
          new Added(
              token.path("content").asText(),
              id(entry.getKey()),
              token.path("special").asBoolean(),
              token.path("lstrip").asBoolean(),
              token.path("rstrip").asBoolean()));
    }
    for (Map.Entry<String, JsonNode> entry : TokenizerFiles.json(folder, ADDED).properties()) {
      String text = entry.getKey();
      added.add(new Added(text, id(entry.getValue().asText()), special.names(text)));
    }
    Pieces pieces = model.pieces();
    for (int id = 0; id < pieces.size(); id++) {
      Type type = pieces.types().get(id);
      if (type == Type.CONTROL || type == Type.UNKNOWN) {
        added.add(new Added(pieces.texts().get(id), id, true));
      }
    }
    return ImmutableList.copyOf(added);
  }

  private int id(String number) {
    try {
      return Integer.parseInt(number);
    } catch (NumberFormatException e) {
      throw new BadFileException(
          folder.resolve(TokenizerFiles.CONFIG),
          "an added token has the id %s: it should be a number",
          BadFileException.quote(number));
    }
  }
}
