package org.align4j.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the {@code post_processor} of a {@code tokenizer.json} puts before a text: usually the
 * beginning-of-sequence token. What it puts behind is not read: a prompt goes on.
 */
final class PostProcessor {

  /** Classes that write the token by {@code add_bos_token} in transformers 4. */
  private static final Set<String> LLAMA_LIKE =
      Set.of("LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer", "CohereTokenizer");

  private PostProcessor() {}

  /**
   * Ids before a text. The post-processor has the word, as in transformers 5, which then ignores
   * {@code add_bos_token}; where it writes no special token and the class is Llama's or like it,
   * {@code add_bos_token: true} counts, as in transformers 4.
   */
  static ImmutableList<Integer> prefix(JsonNode tokenizer, JsonNode config) {
    JsonNode processor = tokenizer.path("post_processor");
    ImmutableList<Integer> prefix = prefix(processor);
    if (!prefix.isEmpty() || writesSpecialTokens(processor)) {
      return prefix;
    }
    if (!isLlamaLike(config) || !config.path("add_bos_token").asBoolean(false)) {
      return prefix;
    }
    JsonNode bos = config.path("bos_token");
    String text = (bos.isObject() ? bos.path("content") : bos).asText("");
    for (JsonNode added : tokenizer.path("added_tokens")) {
      if (!text.isEmpty()
          && added.path("content").asText().equals(text)
          && added.path("id").isInt()) {
        return ImmutableList.of(added.path("id").intValue());
      }
    }
    return prefix;
  }

  /** Whether a {@code tokenizer_config.json} names Llama's class or one like it. */
  static boolean isLlamaLike(JsonNode config) {
    return LLAMA_LIKE.contains(config.path("tokenizer_class").asText("").replaceFirst("Fast$", ""));
  }

  private static ImmutableList<Integer> prefix(JsonNode processor) {
    return switch (processor.path("type").asText()) {
      case "TemplateProcessing" -> template(processor);
      case "BertProcessing", "RobertaProcessing" ->
          processor.path("cls").path(1).isInt()
              ? ImmutableList.of(processor.path("cls").path(1).intValue())
              : ImmutableList.of();
      case "Sequence" -> {
        List<Integer> ids = new ArrayList<>();
        for (JsonNode inner : processor.path("processors")) {
          ids.addAll(0, prefix(inner));
        }
        yield ImmutableList.copyOf(ids);
      }
      default -> ImmutableList.of();
    };
  }

  private static ImmutableList<Integer> template(JsonNode processor) {
    var ids = ImmutableList.<Integer>builder();
    for (JsonNode piece : processor.path("single")) {
      if (!piece.has("SpecialToken")) {
        break;
      }
      String name = piece.path("SpecialToken").path("id").asText();
      for (JsonNode id : processor.path("special_tokens").path(name).path("ids")) {
        ids.add(id.asInt());
      }
    }
    return ids.build();
  }

  private static boolean writesSpecialTokens(JsonNode processor) {
    return switch (processor.path("type").asText()) {
      case "TemplateProcessing" -> !processor.path("single").findParents("SpecialToken").isEmpty();
      case "BertProcessing", "RobertaProcessing" -> true;
      case "Sequence" -> {
        boolean any = false;
        for (JsonNode inner : processor.path("processors")) {
          any |= writesSpecialTokens(inner);
        }
        yield any;
      }
      default -> false;
    };
  }
}
