package org.align4j.bench.throughput;

import com.google.common.collect.ImmutableMap;
import org.align4j.models.transformer.TransformerConfig;

/** Model shapes by name. */
public final class ModelShapes {

  /** What is measured when nothing is asked for. */
  public static final String DEFAULT = "smollm2-135m";

  private static final ImmutableMap<String, TransformerConfig> BY_NAME =
      ImmutableMap.of(
          DEFAULT,
          TransformerConfig.llama(49152, 576, 1536, 30, 9, 3, 8192, 2),
          "tiny",
          TransformerConfig.llama(256, 64, 192, 2, 4, 2, 512, 1));

  private ModelShapes() {}

  /** The shapes of this name. */
  public static TransformerConfig named(String name) {
    TransformerConfig config = BY_NAME.get(name);
    if (config == null) {
      throw new IllegalArgumentException(
          "--shapes " + name + ": unknown; known are " + String.join(", ", BY_NAME.keySet()));
    }
    return config;
  }
}
