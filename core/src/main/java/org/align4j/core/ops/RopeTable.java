package org.align4j.core.ops;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Cosines and sines of the rotary angles, {@code [positions, headDim/2]} row by row: angle {@code p
 * · inverseFrequency[i]}.
 *
 * <p>The angle is the float32 product of a float32 frequency and the position, as transformers
 * computes it ({@code LlamaRotaryEmbedding}); cosine and sine are then taken in double and rounded.
 */
public final class RopeTable {

  private final int headDim;
  private final float[] cos;
  private final float[] sin;

  /**
   * Builds the table of the first {@code positions} positions from {@code headDim/2} inverse
   * frequencies.
   */
  public RopeTable(float[] inverseFrequencies, int positions) {
    this(inverseFrequencies, positions, 1f);
  }

  /**
   * The table with cosines and sines multiplied by an amplitude above 0: rotation that also scales
   * queries and keys, as LongRoPE's attention factor does.
   */
  public RopeTable(float[] inverseFrequencies, int positions, float amplitude) {
    checkArgument(
        inverseFrequencies.length > 0,
        "inverse frequencies are empty: headDim/2 of them are needed");
    checkArgument(positions > 0, "positions is %s: it must be above 0", positions);
    checkArgument(
        amplitude > 0 && amplitude < Float.POSITIVE_INFINITY,
        "amplitude is %s: it must be above 0 and finite",
        amplitude);
    int half = inverseFrequencies.length;
    this.headDim = 2 * half;
    this.cos = new float[positions * half];
    this.sin = new float[positions * half];
    for (int p = 0; p < positions; p++) {
      for (int i = 0; i < half; i++) {
        float angle = p * inverseFrequencies[i];
        cos[p * half + i] = (float) StrictMath.cos(angle) * amplitude;
        sin[p * half + i] = (float) StrictMath.sin(angle) * amplitude;
      }
    }
  }

  /** Columns of one head. */
  public int headDim() {
    return headDim;
  }

  /** Number of positions the table holds. */
  public int positions() {
    return cos.length / (headDim / 2);
  }

  /** {@code amplitude · cos(p · f_i)}. */
  public float cos(int position, int i) {
    return cos[position * (headDim / 2) + i];
  }

  /** {@code amplitude · sin(p · f_i)}. */
  public float sin(int position, int i) {
    return sin[position * (headDim / 2) + i];
  }
}
