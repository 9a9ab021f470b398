package org.align4j.models.transformer;

/** How GGUF files hold models of a family. */
public interface GgufForm {

  /** {@code general.architecture}, which also begins the family's keys. */
  String architecture();

  /** Reads the configuration out of the metadata. */
  TransformerConfig read(GgufFields metadata);

  /** Where a parameter is ({@code gguf-py}, {@code tensor_mapping.py}). */
  GgufTensor tensor(TransformerConfig config, String parameter);
}
