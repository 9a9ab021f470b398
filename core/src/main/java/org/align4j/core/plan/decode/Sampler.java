package org.align4j.core.plan.decode;

import java.util.Arrays;
import org.align4j.core.engine.SamplingSettings;
import org.align4j.core.engine.TokenSampler;

/**
 * Draws from a distribution cut to its most likely tokens, as {@link TokenSampler} defines it,
 * without sorting the whole vocabulary: first the k most likely and their equals, then the smallest
 * set whose share of what is left reaches p; among equals the higher id is kept first. The
 * cumulative sum runs in the order of the ids.
 */
public final class Sampler {

  private final int vocabulary;
  private final long[] keys;
  private final boolean[] kept;

  /** A sampler for rows of so many logits. */
  public Sampler(int vocabulary) {
    this.vocabulary = vocabulary;
    this.keys = new long[vocabulary];
    this.kept = new boolean[vocabulary];
  }

  /**
   * One token.
   *
   * @param values {@code [V]}, raw logits; not changed
   * @param logSumExp of the tempered logits
   */
  public int cut(float[] values, float logSumExp, SamplingSettings settings, double uniform) {
    float temperature = settings.temperature();
    float largest = values[TokenSampler.argMax(values)];
    int wanted = settings.topK() == 0 ? vocabulary : Math.min(settings.topK(), vocabulary);
    // Sorting all ids costs milliseconds: look only as far below the largest as it takes.
    int found = 0;
    for (float margin = 4; ; margin *= 2) {
      boolean all = margin > 64;
      found = candidates(values, all ? Float.NEGATIVE_INFINITY : largest - margin * temperature);
      if (all || enough(values, found, wanted, logSumExp, settings)) {
        break;
      }
    }
    Arrays.sort(keys, 0, found);
    int count = Math.min(wanted, found);
    while (count < found && values[id(count)] == values[id(count - 1)]) {
      count++;
    }
    double mass = 1;
    if (settings.topK() > 0) {
      mass = 0;
      for (int i = 0; i < count; i++) {
        mass += probability(values[id(i)], temperature, logSumExp);
      }
    }
    double reach = settings.topP() * mass;
    double sum = 0;
    int last = 0;
    Arrays.fill(kept, false);
    for (; last < count && (last == 0 || sum < reach); last++) {
      sum += probability(values[id(last)], temperature, logSumExp);
      kept[id(last)] = true;
    }
    return draw(values, uniform * sum, temperature, logSumExp);
  }

  /** Whether the candidates hold the k most likely, or without k, the share p of all. */
  private boolean enough(
      float[] values, int found, int wanted, float logSumExp, SamplingSettings settings) {
    if (settings.topK() > 0) {
      return found >= wanted;
    }
    double mass = 0;
    for (int i = 0; i < found; i++) {
      mass += probability(values[id(i)], settings.temperature(), logSumExp);
    }
    return mass >= settings.topP();
  }

  private int candidates(float[] values, float least) {
    int found = 0;
    for (int i = 0; i < values.length; i++) {
      if (values[i] >= least) {
        int bits = Float.floatToIntBits(values[i] + 0f);
        int ascending = bits ^ ((bits >> 31) & 0x7fffffff);
        keys[found++] = ((long) ~ascending << 32) | (~i & 0xffffffffL);
      }
    }
    return found;
  }

  private int id(int i) {
    return ~(int) keys[i];
  }

  private static double probability(float logit, float temperature, float logSumExp) {
    return StrictMath.exp((double) (logit / temperature) - logSumExp);
  }

  private int draw(float[] values, double left, float temperature, float logSumExp) {
    int last = 0;
    for (int i = 0; i < kept.length; i++) {
      if (kept[i]) {
        last = i;
        left -= probability(values[i], temperature, logSumExp);
        if (left < 0) {
          break;
        }
      }
    }
    return last;
  }
}
