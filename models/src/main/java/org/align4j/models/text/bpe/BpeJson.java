package org.align4j.models.text.bpe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** Writes a byte-level BPE as the {@code tokenizer.json} that {@code tokenizers} reads. */
public final class BpeJson {

  private BpeJson() {}

  public static ObjectNode of(
      PreTokenizer preTokenizer, BpeVocabulary vocabulary, Optional<String> bos) {
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    addedTokens(root.putArray("added_tokens"), vocabulary);
    preTokenizer
        .normalizerJson()
        .ifPresentOrElse(
            normalizer -> root.set("normalizer", normalizer), () -> root.putNull("normalizer"));
    root.set("pre_tokenizer", preTokenizer.toJson());
    root.set(
        "post_processor",
        postProcessor(
            bos,
            bos.map(token -> vocabulary.tokens().indexOf(token)).stream()
                .collect(ImmutableList.toImmutableList())));
    root.set("decoder", PreTokenizer.byteLevel(true, true));
    root.set("model", model(preTokenizer, vocabulary));
    return root;
  }

  /** Adds an added token that takes no white space. */
  public static ObjectNode addedToken(ArrayNode array, int id, String content, boolean special) {
    return array
        .addObject()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", special);
  }

  private static void addedTokens(ArrayNode array, BpeVocabulary vocabulary) {
    vocabulary.added().keySet().stream()
        .sorted()
        .forEach(id ->
            addedToken(
                array,
                id,
                vocabulary.tokens().get(id),
                Boolean.TRUE.equals(vocabulary.added().get(id))));
  }

  /** What puts a token before every text, if there is one. */
  public static ObjectNode postProcessor(Optional<String> bos, ImmutableList<Integer> ids) {
    ObjectNode processor = JsonNodeFactory.instance.objectNode().put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    ArrayNode pair = processor.putArray("pair");
    ObjectNode special = processor.putObject("special_tokens");
    bos.ifPresent(token -> {
      for (ArrayNode sequence : new ArrayNode[] {single, pair}) {
        sequence.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
      }
      ObjectNode entry = special.putObject(token).put("id", token);
      ids.forEach(entry.putArray("ids")::add);
      entry.putArray("tokens").add(token);
    });
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    return processor;
  }

  private static ObjectNode model(PreTokenizer preTokenizer, BpeVocabulary vocabulary) {
    ObjectNode model = JsonNodeFactory.instance.objectNode().put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("ignore_merges", preTokenizer.ignoresMerges());
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < vocabulary.tokens().size(); id++) {
      vocab.put(vocabulary.tokens().get(id), id);
    }
    ArrayNode merges = model.putArray("merges");
    for (String merge : vocabulary.merges()) {
      String[] sides = BpeVocabulary.sides(merge);
      merges.addArray().add(sides[0]).add(sides[1]);
    }
    return model;
  }
}
