package org.align4j.models.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.TransformerConfig;

/** Writes {@code config.json} and {@code generation_config.json}, readable by transformers. */
final class ConfigWriter {

  private ConfigWriter() {}

  static ObjectNode config(TransformerConfig config, ModelHead head) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Family family = config.family();
    if (head == ModelHead.SCALAR) {
      json.putObject("id2label").put("0", "LABEL_0");
      json.putObject("label2id").put("LABEL_0", 0);
    }
    json.putArray("architectures")
        .add(head == ModelHead.SCALAR ? family.scalarClassName() : family.className());
    json.put("model_type", family.modelType());
    json.put("dtype", "float32");
    json.put("torch_dtype", "float32");
    json.put("vocab_size", config.vocabSize());
    json.put("tie_word_embeddings", config.tieWordEmbeddings());
    tokens(config, json);
    family.write(config, json);
    return json;
  }

  static ObjectNode generation(TransformerConfig config) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    tokens(config, json);
    return json;
  }

  private static void tokens(TransformerConfig config, ObjectNode json) {
    config
        .bosTokenId()
        .ifPresentOrElse(id -> json.put("bos_token_id", id), () -> json.putNull("bos_token_id"));
    ImmutableList<Integer> ids = config.eosTokenIds();
    switch (ids.size()) {
      case 0 -> json.putNull("eos_token_id");
      case 1 -> json.put("eos_token_id", ids.getFirst());
      default -> ids.forEach(json.putArray("eos_token_id")::add);
    }
  }
}
