package org.align4j.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * Draws a token from a row of logits: temperature, top-k, top-p in transformers' order ({@code
 * TemperatureLogitsWarper}, {@code TopKLogitsWarper}, {@code TopPLogitsWarper}), then the inverse
 * of the cumulative distribution over the kept tokens in the order of their ids. Sums are in
 * double. It keeps scratch arrays: one thread at a time.
 */
public final class TokenSampler {

  private final double[] exponentials;
  private final boolean[] kept;
  private final long[] order;

  /** A sampler for rows of {@code vocabulary} logits. */
  public TokenSampler(int vocabulary) {
    checkArgument(vocabulary > 0, "vocabulary is %s: it must be above 0", vocabulary);
    this.exponentials = new double[vocabulary];
    this.kept = new boolean[vocabulary];
    this.order = new long[vocabulary];
  }

  /**
   * A drawn token.
   *
   * @param logProb natural logarithm of its probability under the tempered, untruncated
   *     distribution
   */
  public record Draw(int token, float logProb) {}

  /**
   * Draws one token.
   *
   * @param logits {@code [V]}, before the temperature; not changed
   * @param uniform in [0,1); ignored when greedy
   * @throws NotFiniteException where a logit is NaN or infinite; minus infinity is a token that
   *     never comes
   */
  public Draw draw(float[] logits, SamplingSettings settings, double uniform) {
    int size = exponentials.length;
    checkArgument(
        logits.length == size,
        "logits [%s] do not match the vocabulary of %s",
        logits.length,
        size);
    int best = argMax(logits);
    float temperature = settings.scoreTemperature();
    float largest = logits[best] / temperature;
    double total = 0;
    for (int i = 0; i < size; i++) {
      exponentials[i] = Math.exp((double) logits[i] / temperature - largest);
      total += exponentials[i];
    }
    NotFiniteException.checkLogits(total);
    int token = settings.greedy() ? best : draw(logits, settings, uniform, total);
    double tempered = (double) logits[token] / temperature - largest;
    return new Draw(token, (float) (tempered - Math.log(total)));
  }

  /** The first of the largest. */
  public static int argMax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  private int draw(float[] logits, SamplingSettings settings, double uniform, double total) {
    boolean cut = settings.topK() > 0 && settings.topK() < logits.length;
    if (!cut && settings.topP() >= 1) {
      return inverse(uniform * total, false);
    }
    Arrays.fill(kept, true);
    sort(logits);
    if (cut) {
      cutBelow(logits, logits[(int) order[logits.length - settings.topK()]]);
    }
    if (settings.topP() < 1) {
      keepMass(settings.topP());
    }
    double mass = 0;
    for (int i = 0; i < kept.length; i++) {
      mass += kept[i] ? exponentials[i] : 0;
    }
    return inverse(uniform * mass, true);
  }

  /** Ids in ascending order of their logits, equal ones in the order of ids (torch's sort). */
  private void sort(float[] logits) {
    for (int i = 0; i < logits.length; i++) {
      int bits = Float.floatToIntBits(logits[i] + 0f);
      int ascending = bits < 0 ? ~bits ^ Integer.MIN_VALUE : bits;
      order[i] = ((long) ascending << 32) | i;
    }
    Arrays.sort(order);
    for (int i = 0; i < order.length; i++) {
      order[i] &= 0xffffffffL;
    }
  }

  /** Top-k keeps everything equal to the k-th largest. */
  private void cutBelow(float[] logits, float threshold) {
    for (int i = 0; i < kept.length; i++) {
      kept[i] = logits[i] >= threshold;
    }
  }

  /** Top-p drops from the least likely on while the dropped mass is at most {@code 1 − p}. */
  private void keepMass(double topP) {
    double mass = 0;
    for (int i = 0; i < kept.length; i++) {
      mass += kept[i] ? exponentials[i] : 0;
    }
    double dropped = 0;
    for (int rank = 0; rank < order.length - 1; rank++) {
      int id = (int) order[rank];
      if (kept[id]) {
        dropped += exponentials[id];
        if (dropped > (1 - topP) * mass) {
          return;
        }
        kept[id] = false;
      }
    }
  }

  private int inverse(double target, boolean onlyKept) {
    double sum = 0;
    int last = 0;
    for (int i = 0; i < exponentials.length; i++) {
      if ((!onlyKept || kept[i]) && exponentials[i] > 0) {
        sum += exponentials[i];
        last = i;
        if (sum > target) {
          return i;
        }
      }
    }
    return last;
  }
}
