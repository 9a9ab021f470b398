package org.align4j.algorithms.preference;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.train.PairScores;
import org.align4j.algorithms.train.codec.PairSequences;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.models.reward.RewardModel;

/**
 * What a frozen body makes of pairs: computed once, read in every pass.
 *
 * @param chosen features of the preferred responses {@code [B][D]}
 * @param rejected features of the others {@code [B][D]}
 * @param margins {@code [B]}
 */
public record PairFeatures(float[][] chosen, float[][] rejected, double[] margins) {

  /** Pairs of one call of the body: between two, the caller hears how far it is. */
  private static final int PAIRS = 16;

  public PairFeatures {
    checkArgument(
        chosen.length > 0 && chosen.length == rejected.length && chosen.length == margins.length,
        "chosen [%s], rejected [%s] and margins [%s] must be of the same pairs, at least one",
        chosen.length,
        rejected.length,
        margins.length);
  }

  /**
   * The final hidden states at the last tokens.
   *
   * @param tokenBudget most tokens of one forward pass
   * @param progress gets the number of pairs that are done
   */
  public static PairFeatures of(
      RewardModel body,
      PromptCodec codec,
      List<PreferencePair> pairs,
      int tokenBudget,
      IntConsumer progress) {
    List<float[]> chosen = new ArrayList<>();
    List<float[]> rejected = new ArrayList<>();
    for (int from = 0; from < pairs.size(); from += PAIRS) {
      int to = Math.min(pairs.size(), from + PAIRS);
      float[][] features =
          body.features(PairSequences.of(codec, pairs.subList(from, to)), tokenBudget);
      for (int i = 0; i < to - from; i++) {
        chosen.add(features[i]);
        rejected.add(features[to - from + i]);
      }
      progress.accept(to);
    }
    return new PairFeatures(
        chosen.toArray(float[][]::new),
        rejected.toArray(float[][]::new),
        pairs.stream().mapToDouble(PreferencePair::margin).toArray());
  }

  /** What a head {@code [D]} without bias makes of them. */
  public PairScores scores(float[] weights, BradleyTerry loss) {
    return PairScores.ofRewards(
        loss, products(chosen, weights), products(rejected, weights), margins);
  }

  private static double[] products(float[][] rows, float[] weights) {
    double[] products = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int c = 0; c < weights.length; c++) {
        products[i] += (double) rows[i][c] * weights[c];
      }
    }
    return products;
  }

  /** Number of pairs B. */
  public int size() {
    return chosen.length;
  }

  /** Number of features D. */
  public int columns() {
    return chosen[0].length;
  }
}
