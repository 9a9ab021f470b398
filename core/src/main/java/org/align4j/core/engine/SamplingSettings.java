package org.align4j.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * How a token is drawn: logits are divided by the temperature, then cut to the k most likely
 * tokens, then to the smallest set whose probability reaches p (transformers' order).
 *
 * @param temperature above 0; 0 means greedy (the first of the largest logits), with log-probs at
 *     temperature 1
 * @param topK 0 for no limit
 * @param topP in (0,1]; 1 for no limit
 */
public record SamplingSettings(float temperature, int topK, float topP) implements Serializable {

  /** Plain sampling at temperature 1, as the RL trainers use. */
  public static final SamplingSettings DEFAULT = new SamplingSettings(1f, 0, 1f);

  /** The most likely token. */
  public static final SamplingSettings GREEDY = new SamplingSettings(0f, 0, 1f);

  public SamplingSettings {
    checkArgument(
        temperature >= 0 && Float.isFinite(temperature),
        "temperature is %s: it must be 0 (greedy) or above",
        temperature);
    checkArgument(topK >= 0, "topK is %s: it must be 0 (no limit) or above", topK);
    checkArgument(topP > 0 && topP <= 1, "topP is %s: it must be in (0, 1]", topP);
  }

  /** Whether the most likely token is taken. */
  public boolean greedy() {
    return temperature == 0;
  }

  /** The temperature that log-probs are taken at: 1 when greedy. */
  public float scoreTemperature() {
    return greedy() ? 1f : temperature;
  }
}
