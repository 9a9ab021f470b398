package org.align4j.algorithms.advantage;

import org.align4j.algorithms.convention.Convention.AdvantageRules;
import org.align4j.algorithms.convention.Convention.Discounting;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Discounted sums over columns, from the last to the first, each step an op over {@code [B]}: no
 * division by γ^t, which overflows at a few thousand tokens. Observation tokens are stepped over as
 * the convention says.
 */
public final class Returns {

  private Returns() {}

  /** The columns that a discount counts, {@code [B,T]}. */
  private static INDArray steps(INDArray mask, Discounting discounting) {
    return switch (discounting) {
      case EVERY_COLUMN -> Nd4j.onesLike(mask);
      case RESPONSE_TOKENS -> mask;
    };
  }

  /**
   * {@code G_t = r_t + γ G_{t+1}} at response tokens, else 0; where the convention says so, nothing
   * of a later turn reaches an earlier one.
   */
  public static INDArray ofTurns(INDArray rewards, INDArray mask, AdvantageSettings settings) {
    AdvantageRules rules = settings.convention().advantage();
    if (!rules.returnsStopAtHoles()) {
      return toGo(rewards, mask, settings.gamma(), rules.discounting());
    }
    INDArray returns = rewards.dup();
    INDArray carried = Nd4j.create(rewards.dataType(), rewards.size(0));
    for (long t = rewards.size(1) - 1; t >= 0; t--) {
      carried.muli(settings.gamma()).addi(column(rewards, t)).muli(column(mask, t));
      returns.putColumn((int) t, carried);
    }
    return returns;
  }

  /** {@code G_t = r_t + γ G_{t+1}} at response tokens, else 0. */
  public static INDArray toGo(
      INDArray rewards, INDArray mask, double gamma, Discounting discounting) {
    INDArray steps = steps(mask, discounting);
    INDArray returns = rewards.dup();
    INDArray carried = Nd4j.create(rewards.dataType(), rewards.size(0));
    for (long t = rewards.size(1) - 1; t >= 0; t--) {
      INDArray step = column(steps, t);
      INDArray here = carried.mul(gamma).addi(column(rewards, t));
      carried = choose(step, here, carried);
      returns.putColumn((int) t, carried);
    }
    return returns.muli(mask);
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
    INDArray steps = steps(mask, discounting);
    INDArray advantages = rewards.dup();
    INDArray nextValue = Nd4j.create(rewards.dataType(), rewards.size(0));
    INDArray carried = Nd4j.create(rewards.dataType(), rewards.size(0));
    for (long t = rewards.size(1) - 1; t >= 0; t--) {
      INDArray step = column(steps, t);
      INDArray value = column(values, t);
      INDArray delta = nextValue.mul(gamma).addi(column(rewards, t)).subi(value);
      carried = choose(step, carried.mul(gamma * lambda).addi(delta), carried);
      nextValue = choose(step, value, nextValue);
      advantages.putColumn((int) t, carried);
    }
    return advantages.muli(mask);
  }

  /** Column t as a vector {@code [B]}: {@code getColumn} of a single column stays a matrix. */
  private static INDArray column(INDArray x, long t) {
    return x.getColumn(t).reshape(x.size(0));
  }

  /** {@code step ? here : otherwise}, for steps of 0 and 1. */
  private static INDArray choose(INDArray step, INDArray here, INDArray otherwise) {
    return here.mul(step).addi(step.rsub(1).muli(otherwise));
  }
}
