package org.align4j.core.ops;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Cosines and sines of the rotary angles, {@code [positions, rotated/2]} row by row: angle {@code p
 * · inverseFrequency[i]}. The first {@code rotated} columns of a head are turned, usually all.
 *
 * <p>The angle is the float32 product of a float32 frequency and the position, as transformers
 * computes it ({@code LlamaRotaryEmbedding}); cosine and sine are then taken in double and rounded.
 */
public final class RopeTable {

  private final int headDim;
  private final int half;
  private final float[] cos;
  private final float[] sin;

  /**
   * Builds the table of the first {@code positions} positions from {@code headDim/2} inverse
   * frequencies.
   */
  public RopeTable(float[] inverseFrequencies, int positions) {
    this(inverseFrequencies, 2 * inverseFrequencies.length, positions, 1f);
  }

  /**
   * The table of heads that are turned in part, with cosines and sines multiplied by an amplitude
   * above 0: rotation that also scales, as LongRoPE's attention factor does.
   *
   * @param inverseFrequencies half as many as columns are turned
   * @param headDim columns of a head, at least those that are turned
   */
  public RopeTable(float[] inverseFrequencies, int headDim, int positions, float amplitude) {
    checkArgument(
        inverseFrequencies.length > 0,
        "inverse frequencies are empty: headDim/2 of them are needed");
    checkArgument(
        2 * inverseFrequencies.length <= headDim,
        "%s inverse frequencies turn %s columns: a head has %s",
        inverseFrequencies.length,
        2 * inverseFrequencies.length,
        headDim);
    checkArgument(positions > 0, "positions is %s: it must be above 0", positions);
    checkArgument(
        amplitude > 0 && amplitude < Float.POSITIVE_INFINITY,
        "amplitude is %s: it must be above 0 and finite",
        amplitude);
    this.headDim = headDim;
    this.half = inverseFrequencies.length;
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

  /** The first columns of a head that are turned: even, at most {@code headDim}. */
  public int rotated() {
    return 2 * half;
  }

  /** Number of positions the table holds. */
  public int positions() {
    return cos.length / half;
  }

  /** {@code amplitude · cos(p · f_i)}. */
  public float cos(int position, int i) {
    return cos[position * half + i];
  }

  /** {@code amplitude · sin(p · f_i)}. */
  public float sin(int position, int i) {
    return sin[position * half + i];
  }
}
