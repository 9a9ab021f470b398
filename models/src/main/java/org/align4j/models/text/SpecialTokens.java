package org.align4j.models.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.stream.Stream;

/** Texts of the special tokens that have a name, as chat templates know them. */
public record SpecialTokens(
    Optional<String> bos, Optional<String> eos, Optional<String> pad, Optional<String> unknown) {

  /** None of them. */
  public static final SpecialTokens NONE =
      new SpecialTokens(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Whether a text is one of them. */
  boolean names(String text) {
    return Stream.of(bos, eos, pad, unknown).anyMatch(Optional.of(text)::equals);
  }

  /** Adds {@code bos_token} and so on to a {@code tokenizer_config.json}. */
  void writeTo(ObjectNode config) {
    bos.ifPresent(token -> config.put("bos_token", token));
    eos.ifPresent(token -> config.put("eos_token", token));
    pad.ifPresent(token -> config.put("pad_token", token));
    unknown.ifPresent(token -> config.put("unk_token", token));
  }
}
