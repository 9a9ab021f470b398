package org.align4j.models.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.models.text.bpe.AddedTokens.Added;
import org.align4j.models.text.bpe.BpeJson;
import org.align4j.models.text.sentencepiece.Pieces;
import org.align4j.models.text.sentencepiece.Pieces.Type;
import org.jspecify.annotations.Nullable;

/**
 * Writes a SentencePiece BPE as the {@code tokenizer.json} that {@code tokenizers} reads: pieces
 * become merges in the order of their scores, as transformers converts them ({@code
 * convert_slow_tokenizer.py}).
 *
 * <p>A merge has a rank of its own there; in SentencePiece all ways to a piece are equal and the
 * leftmost comes first. So the ids may differ where a piece can be made in several ways that
 * overlap in the text, as in a long run of one letter.
 */
public final class SentencePieceJson {

  /** Two pieces that are a third. */
  private record Merge(float score, int id, String left, String right) {}

  private SentencePieceJson() {}

  /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}. */
  public static void save(Path folder, SentencePieceTokenizer tokenizer) {
    TokenizerFiles.write(folder, json(tokenizer), tokenizer.specialTokens());
  }

  private static ObjectNode json(SentencePieceTokenizer tokenizer) {
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    tokenizer.added().stream()
        .sorted(Comparator.comparingInt(Added::id))
        .forEach(token ->
            BpeJson.addedToken(added, token.id(), token.text(), token.special())
                .put("lstrip", token.stripsLeft())
                .put("rstrip", token.stripsRight()));
    boolean prefix = tokenizer.model().normalization().addsPrefix();
    ArrayNode normalizers = sequence(root.putObject("normalizer"), "normalizers");
    if (prefix) {
      normalizers.addObject().put("type", "Prepend").put("prepend", "" + Pieces.SPACE);
    }
    replace(normalizers, " ", "" + Pieces.SPACE);
    root.putNull("pre_tokenizer");
    Optional<String> bos =
        tokenizer.prefixIds().isEmpty() ? Optional.empty() : tokenizer.specialTokens().bos();
    root.set("post_processor", BpeJson.postProcessor(bos, tokenizer.prefixIds()));
    ArrayNode decoders = sequence(root.putObject("decoder"), "decoders");
    replace(decoders, "" + Pieces.SPACE, " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (prefix) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    root.set("model", model(tokenizer.model().pieces()));
    return root;
  }

  private static ArrayNode sequence(ObjectNode node, String name) {
    return node.put("type", "Sequence").putArray(name);
  }

  private static void replace(ArrayNode steps, String from, String to) {
    ObjectNode step = steps.addObject().put("type", "Replace");
    step.putObject("pattern").put("String", from);
    step.put("content", to);
  }

  private static ObjectNode model(Pieces pieces) {
    ObjectNode model = JsonNodeFactory.instance.objectNode().put("type", "BPE");
    model.putNull("dropout");
    int unknown = pieces.types().indexOf(Type.UNKNOWN);
    if (unknown >= 0) {
      model.put("unk_token", pieces.texts().get(unknown));
    } else {
      model.putNull("unk_token");
    }
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    model.put("fuse_unk", true);
    model.put("byte_fallback", pieces.types().contains(Type.BYTE));
    model.put("ignore_merges", false);
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < pieces.size(); id++) {
      vocab.put(pieces.texts().get(id), id);
    }
    ArrayNode merges = model.putArray("merges");
    for (Merge merge : merges(pieces)) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
    return model;
  }

  private static List<Merge> merges(Pieces pieces) {
    Map<String, Integer> normal = new HashMap<>();
    for (int id = 0; id < pieces.size(); id++) {
      if (pieces.types().get(id) == Type.NORMAL) {
        normal.put(pieces.texts().get(id), id);
      }
    }
    List<Merge> merges = new ArrayList<>();
    normal.forEach((text, id) -> {
      for (int split = 1; split < text.length(); split++) {
        String left = text.substring(0, split);
        @Nullable Integer leftId = normal.get(left);
        String right = text.substring(split);
        if (leftId != null && normal.containsKey(right)) {
          merges.add(new Merge(pieces.scores()[id], id, left, right));
        }
      }
    });
    merges.sort(
        Comparator.comparingDouble((Merge merge) -> -merge.score())
            .thenComparingInt(Merge::id)
            .thenComparing(Merge::left));
    return merges;
  }
}
