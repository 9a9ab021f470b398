package org.align4j.models.transformer;

import com.google.common.collect.ImmutableMap;

/**
 * Names and shapes of a model's parameters, as its Hugging Face checkpoint has them, in the order
 * of the forward pass: those of its family, and the head's.
 */
public final class ParameterShapes {

  /** The untied head's name. */
  public static final String LANGUAGE_HEAD = "lm_head.weight";

  /** The scalar head's name. */
  public static final String SCALAR_HEAD = "score.weight";

  private ParameterShapes() {}

  /**
   * Shapes by name; a tied language head adds none.
   *
   * @throws IllegalArgumentException for a configuration that is none of its family's
   */
  public static ImmutableMap<String, long[]> of(TransformerConfig config, ModelHead head) {
    config.family().check(config);
    var shapes = ImmutableMap.<String, long[]>builder().putAll(config.family().shapes(config));
    if (head == ModelHead.SCALAR) {
      shapes.put(SCALAR_HEAD, new long[] {1, config.hiddenSize()});
    } else if (!config.tieWordEmbeddings()) {
      shapes.put(LANGUAGE_HEAD, new long[] {config.vocabSize(), config.hiddenSize()});
    }
    return shapes.buildOrThrow();
  }
}
