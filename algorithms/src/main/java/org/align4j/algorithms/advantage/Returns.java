package org.align4j.algorithms.advantage;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.align4j.algorithms.convention.Convention.AdvantageRules;
import org.align4j.algorithms.convention.Convention.Discounting;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Discounted sums over columns, from the last to the first, in one pass: no division by γ^t, which
 * overflows at a few thousand tokens. Observation tokens are stepped over as the convention says.
 *
 * <p>Arrays {@code [B,T]} of one floating type, of which the result is; narrower ones than FLOAT
 * are added up in FLOAT. Masks hold 0 and 1. Threads are those of the process ({@link
 * org.align4j.core.runtime.Resources#shared}).
 */
public final class Returns {

  private Returns() {}

  /**
   * {@code G_t = r_t + γ G_{t+1}} at response tokens, else 0; where the convention says so, nothing
   * of a later turn reaches an earlier one.
   */
  public static INDArray ofTurns(INDArray rewards, INDArray mask, AdvantageSettings settings) {
    same("rewards", rewards, mask);
    AdvantageRules rules = settings.convention().advantage();
    return rules.returnsStopAtHoles()
        ? Scan.sums(rewards, mask, false, settings.gamma(), true)
        : toGo(rewards, mask, settings.gamma(), rules.discounting());
  }

  /** {@code G_t = r_t + γ G_{t+1}} at response tokens, else 0. */
  public static INDArray toGo(
      INDArray rewards, INDArray mask, double gamma, Discounting discounting) {
    same("rewards", rewards, mask);
    return Scan.sums(rewards, mask, everyColumn(discounting), gamma, false);
  }

  /**
   * Generalised advantage estimates {@code δ_t = r_t + γ V_{t+1} − V_t}, {@code A_t = δ_t + γλ
   * A_{t+1}} at response tokens, else 0.
   *
   * @param values 0 at observation tokens
   */
  public static INDArray generalised(
      INDArray rewards,
      INDArray values,
      INDArray mask,
      double gamma,
      double lambda,
      Discounting discounting) {
    same("rewards", rewards, mask);
    same("values", values, mask);
    return Scan.advantages(rewards, values, mask, everyColumn(discounting), gamma, gamma * lambda);
  }

  private static boolean everyColumn(Discounting discounting) {
    return switch (discounting) {
      case EVERY_COLUMN -> true;
      case RESPONSE_TOKENS -> false;
    };
  }

  private static void same(String field, INDArray array, INDArray mask) {
    checkArgument(
        array.rank() == 2 && array.length() > 0 && array.equalShapes(mask),
        "%s %s do not match mask %s: both must be [B,T] of the same rollout, and not empty",
        field,
        Arrays.toString(array.shape()),
        Arrays.toString(mask.shape()));
  }
}
