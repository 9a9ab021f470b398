package org.align4j.models.transformer;

/** How GGUF files hold models of a family. */
public interface GgufForm {

  /** {@code general.architecture}, which also begins the family's keys. */
  String architecture();

  /** Whether {@link #read} takes the sliding window; else one that matters is refused. */
  default boolean readsWindow() {
    return false;
  }

  /** Reads the configuration out of the metadata. */
  TransformerConfig read(GgufFields metadata);

  /** Where a parameter is ({@code gguf-py}, {@code tensor_mapping.py}). */
  GgufTensor tensor(TransformerConfig config, String parameter);
}
