package org.align4j.algorithms.advantage;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Recurrences along the rows of arrays {@code [B,T]}, from the last column to the first: one pass
 * over contiguous memory. Array ops column by column would cost T times what starting one costs.
 *
 * <p>DOUBLE arrays are computed in double, all others in float; each operation is rounded by
 * itself, as array ops round it. Every result is a new array of the type of the first argument.
 */
final class Scan {

  private Scan() {}

  /**
   * {@code y_t = decay·y_{t+1} + x_t} at steps; elsewhere {@code y_{t+1}}, or 0 where holes stop.
   *
   * @param steps 1 at columns that count, else 0
   */
  static INDArray sums(INDArray x, INDArray steps, double decay, boolean stops) {
    int columns = (int) x.size(1);
    return x.dataType() == DataType.DOUBLE
        ? like(x, sums(doubles(x), doubles(steps), columns, decay, stops))
        : like(x, sums(floats(x), floats(steps), columns, (float) decay, stops));
  }

  private static float[] sums(float[] x, float[] steps, int columns, float decay, boolean stops) {
    float[] y = new float[x.length];
    for (int row = 0; row < x.length; row += columns) {
      float carried = 0;
      for (int t = row + columns - 1; t >= row; t--) {
        float here = carried * decay + x[t];
        carried = stops ? here * steps[t] : choose(steps[t], here, carried);
        y[t] = carried;
      }
    }
    return y;
  }

  private static double[] sums(
      double[] x, double[] steps, int columns, double decay, boolean stops) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += columns) {
      double carried = 0;
      for (int t = row + columns - 1; t >= row; t--) {
        double here = carried * decay + x[t];
        carried = stops ? here * steps[t] : choose(steps[t], here, carried);
        y[t] = carried;
      }
    }
    return y;
  }

  /**
   * {@code δ_t = r_t + γ V_{t+1} − V_t}, {@code A_t = δ_t + decay·A_{t+1}} at steps; elsewhere A
   * and V are those of the next column.
   *
   * @param decay γλ
   */
  static INDArray advantages(
      INDArray rewards, INDArray values, INDArray steps, double gamma, double decay) {
    int columns = (int) rewards.size(1);
    return rewards.dataType() == DataType.DOUBLE
        ? like(
            rewards,
            advantages(doubles(rewards), doubles(values), doubles(steps), columns, gamma, decay))
        : like(
            rewards,
            advantages(
                floats(rewards),
                floats(values),
                floats(steps),
                columns,
                (float) gamma,
                (float) decay));
  }

  private static float[] advantages(
      float[] rewards, float[] values, float[] steps, int columns, float gamma, float decay) {
    float[] advantages = new float[rewards.length];
    for (int row = 0; row < rewards.length; row += columns) {
      float nextValue = 0;
      float carried = 0;
      for (int t = row + columns - 1; t >= row; t--) {
        float delta = nextValue * gamma + rewards[t] - values[t];
        carried = choose(steps[t], carried * decay + delta, carried);
        nextValue = choose(steps[t], values[t], nextValue);
        advantages[t] = carried;
      }
    }
    return advantages;
  }

  private static double[] advantages(
      double[] rewards, double[] values, double[] steps, int columns, double gamma, double decay) {
    double[] advantages = new double[rewards.length];
    for (int row = 0; row < rewards.length; row += columns) {
      double nextValue = 0;
      double carried = 0;
      for (int t = row + columns - 1; t >= row; t--) {
        double delta = nextValue * gamma + rewards[t] - values[t];
        carried = choose(steps[t], carried * decay + delta, carried);
        nextValue = choose(steps[t], values[t], nextValue);
        advantages[t] = carried;
      }
    }
    return advantages;
  }

  /** {@code step ? here : otherwise}, for steps of 0 and 1: arithmetic, which no branch delays. */
  private static float choose(float step, float here, float otherwise) {
    return here * step + (1 - step) * otherwise;
  }

  private static double choose(double step, double here, double otherwise) {
    return here * step + (1 - step) * otherwise;
  }

  /** All elements, row by row. */
  private static float[] floats(INDArray array) {
    float[] values = new float[(int) array.length()];
    array.castTo(DataType.FLOAT).dup('c').data().asNioFloat().get(values);
    return values;
  }

  private static double[] doubles(INDArray array) {
    double[] values = new double[(int) array.length()];
    array.castTo(DataType.DOUBLE).dup('c').data().asNioDouble().get(values);
    return values;
  }

  private static INDArray like(INDArray array, float[] values) {
    return Nd4j.createFromArray(values).castTo(array.dataType()).reshape('c', array.shape());
  }

  private static INDArray like(INDArray array, double[] values) {
    return Nd4j.createFromArray(values).reshape('c', array.shape());
  }
}
