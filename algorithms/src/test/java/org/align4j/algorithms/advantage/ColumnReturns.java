package org.align4j.algorithms.advantage;

import org.align4j.algorithms.convention.Convention.Discounting;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@link Returns} as array ops over {@code [B]}, column by column: slow, and what it must equal.
 */
final class ColumnReturns {

  private ColumnReturns() {}

  /** Nothing of a later turn reaches an earlier one. */
  static INDArray stopping(INDArray rewards, INDArray mask, double gamma) {
    INDArray returns = rewards.dup();
    INDArray carried = Nd4j.create(rewards.dataType(), rewards.size(0));
    for (long t = rewards.size(1) - 1; t >= 0; t--) {
      carried.muli(gamma).addi(column(rewards, t)).muli(column(mask, t));
      returns.putColumn((int) t, carried);
    }
    return returns;
  }

  static INDArray toGo(INDArray rewards, INDArray mask, double gamma, Discounting discounting) {
    INDArray steps = discounting == Discounting.EVERY_COLUMN ? Nd4j.onesLike(mask) : mask;
    INDArray returns = rewards.dup();
    INDArray carried = Nd4j.create(rewards.dataType(), rewards.size(0));
    for (long t = rewards.size(1) - 1; t >= 0; t--) {
      INDArray here = carried.mul(gamma).addi(column(rewards, t));
      carried = choose(column(steps, t), here, carried);
      returns.putColumn((int) t, carried);
    }
    return returns.muli(mask);
  }

  static INDArray generalised(
      INDArray rewards,
      INDArray values,
      INDArray mask,
      double gamma,
      double lambda,
      Discounting discounting) {
    INDArray steps = discounting == Discounting.EVERY_COLUMN ? Nd4j.onesLike(mask) : mask;
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

  /** A vector {@code [B]}: {@code getColumn} of a single column stays a matrix. */
  private static INDArray column(INDArray x, long t) {
    return x.getColumn(t).reshape(x.size(0));
  }

  private static INDArray choose(INDArray step, INDArray here, INDArray otherwise) {
    return here.mul(step).addi(step.rsub(1).muli(otherwise));
  }
}
