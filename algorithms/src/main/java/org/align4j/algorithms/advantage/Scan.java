package org.align4j.algorithms.advantage;

import java.util.Arrays;
import org.align4j.core.kernel.Threads;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.runtime.Resources;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Recurrences along the rows of arrays {@code [B,T]}, from the last column to the first: one pass
 * over contiguous memory. Array ops column by column would cost T times what starting one costs.
 *
 * <p>DOUBLE arrays are computed in double, all others in float, several rows at once on the threads
 * of the process; each operation is rounded by itself, as array ops round it. Every result is a new
 * array of the type of the first argument. Masks hold 0 and 1; steps are the columns of the mask,
 * or all where {@code everyColumn} says so.
 */
final class Scan {

  /** Blocks of rows that a thread takes at once. */
  private static final int TILE = 8;

  private Scan() {}

  /**
   * {@code y_t = decay·y_{t+1} + x_t} at steps; elsewhere {@code y_{t+1}}, or 0 where holes stop.
   * The result is y at the columns of the mask, else 0.
   */
  static INDArray sums(
      INDArray x, INDArray mask, boolean everyColumn, double decay, boolean stops) {
    return x.dataType() == DataType.DOUBLE
        ? doubleSums(x, mask, everyColumn, decay, stops)
        : floatSums(x, mask, everyColumn, (float) decay, stops);
  }

  private static INDArray floatSums(
      INDArray x, INDArray mask, boolean everyColumn, float decay, boolean stops) {
    int columns = (int) x.size(1);
    INDArray y = Nd4j.createUninitialized(DataType.FLOAT, x.shape(), 'c');
    NativeFloats from = floats(x);
    NativeFloats masks = floats(mask);
    NativeFloats to = NativeFloats.of(y);
    threads()
        .run(
            (first, end, _) -> {
              RowBlock block = new RowBlock(columns);
              RowBlock kept = new RowBlock(columns);
              float[] steps = everyColumn ? ones(kept) : kept.values;
              for (int i = first; i < end; i++) {
                block.read(from, i * RowBlock.ROWS);
                kept.read(masks, i * RowBlock.ROWS);
                sums(block, steps, kept.values, columns, decay, stops);
                block.write(to, i * RowBlock.ROWS);
              }
            },
            blocks(x),
            TILE);
    return y.castTo(x.dataType());
  }

  /** In place; one row after another would wait for each sum. */
  private static void sums(
      RowBlock block, float[] steps, float[] mask, int columns, float decay, boolean stops) {
    float[] x = block.values;
    int second = block.pitch;
    int third = 2 * second;
    int fourth = 3 * second;
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int t = columns - 1; t >= 0; t--) {
      a = sum(x[t], a, steps[t], decay, stops);
      b = sum(x[second + t], b, steps[second + t], decay, stops);
      c = sum(x[third + t], c, steps[third + t], decay, stops);
      d = sum(x[fourth + t], d, steps[fourth + t], decay, stops);
      x[t] = a * mask[t];
      x[second + t] = b * mask[second + t];
      x[third + t] = c * mask[third + t];
      x[fourth + t] = d * mask[fourth + t];
    }
  }

  private static float sum(float x, float carried, float step, float decay, boolean stops) {
    float here = carried * decay + x;
    return stops ? here * step : choose(step, here, carried);
  }

  private static INDArray doubleSums(
      INDArray x, INDArray mask, boolean everyColumn, double decay, boolean stops) {
    int columns = (int) x.size(1);
    double[] y = doubles(x);
    double[] kept = doubles(mask);
    for (int row = 0; row < y.length; row += columns) {
      double carried = 0;
      for (int t = row + columns - 1; t >= row; t--) {
        double step = everyColumn ? 1 : kept[t];
        double here = carried * decay + y[t];
        carried = stops ? here * step : choose(step, here, carried);
        y[t] = carried * kept[t];
      }
    }
    return like(x, y);
  }

  /**
   * {@code δ_t = r_t + γ V_{t+1} − V_t}, {@code A_t = δ_t + decay·A_{t+1}} at steps; elsewhere A
   * and V are those of the next column. The result is A at the columns of the mask, else 0.
   *
   * @param decay γλ
   */
  static INDArray advantages(
      INDArray rewards,
      INDArray values,
      INDArray mask,
      boolean everyColumn,
      double gamma,
      double decay) {
    return rewards.dataType() == DataType.DOUBLE
        ? doubleAdvantages(rewards, values, mask, everyColumn, gamma, decay)
        : floatAdvantages(rewards, values, mask, everyColumn, (float) gamma, (float) decay);
  }

  private static INDArray floatAdvantages(
      INDArray rewards,
      INDArray values,
      INDArray mask,
      boolean everyColumn,
      float gamma,
      float decay) {
    int columns = (int) rewards.size(1);
    INDArray advantages = Nd4j.createUninitialized(DataType.FLOAT, rewards.shape(), 'c');
    NativeFloats from = floats(rewards);
    NativeFloats expected = floats(values);
    NativeFloats masks = floats(mask);
    NativeFloats to = NativeFloats.of(advantages);
    threads()
        .run(
            (first, end, _) -> {
              RowBlock block = new RowBlock(columns);
              RowBlock value = new RowBlock(columns);
              RowBlock kept = new RowBlock(columns);
              float[] steps = everyColumn ? ones(kept) : kept.values;
              for (int i = first; i < end; i++) {
                block.read(from, i * RowBlock.ROWS);
                value.read(expected, i * RowBlock.ROWS);
                kept.read(masks, i * RowBlock.ROWS);
                for (int row = 0; row < RowBlock.ROWS; row += 2) {
                  advantages(block, row, value.values, steps, kept.values, columns, gamma, decay);
                }
                block.write(to, i * RowBlock.ROWS);
              }
            },
            blocks(rewards),
            TILE);
    return advantages.castTo(rewards.dataType());
  }

  /** Of two rows, in place: four would need more registers than there are. */
  private static void advantages(
      RowBlock block,
      int row,
      float[] values,
      float[] steps,
      float[] mask,
      int columns,
      float gamma,
      float decay) {
    float[] x = block.values;
    int first = row * block.pitch;
    int second = first + block.pitch;
    float a = 0;
    float b = 0;
    float nextA = 0;
    float nextB = 0;
    for (int t = columns - 1; t >= 0; t--) {
      float valueA = values[first + t];
      float valueB = values[second + t];
      float stepA = steps[first + t];
      float stepB = steps[second + t];
      float deltaA = nextA * gamma + x[first + t] - valueA;
      float deltaB = nextB * gamma + x[second + t] - valueB;
      a = choose(stepA, a * decay + deltaA, a);
      b = choose(stepB, b * decay + deltaB, b);
      nextA = choose(stepA, valueA, nextA);
      nextB = choose(stepB, valueB, nextB);
      x[first + t] = a * mask[first + t];
      x[second + t] = b * mask[second + t];
    }
  }

  private static INDArray doubleAdvantages(
      INDArray rewards,
      INDArray values,
      INDArray mask,
      boolean everyColumn,
      double gamma,
      double decay) {
    int columns = (int) rewards.size(1);
    double[] advantages = doubles(rewards);
    double[] expected = doubles(values);
    double[] kept = doubles(mask);
    for (int row = 0; row < advantages.length; row += columns) {
      double nextValue = 0;
      double carried = 0;
      for (int t = row + columns - 1; t >= row; t--) {
        double step = everyColumn ? 1 : kept[t];
        double delta = nextValue * gamma + advantages[t] - expected[t];
        carried = choose(step, carried * decay + delta, carried);
        nextValue = choose(step, expected[t], nextValue);
        advantages[t] = carried * kept[t];
      }
    }
    return like(rewards, advantages);
  }

  /** {@code step ? here : otherwise}, for steps of 0 and 1: arithmetic, which no branch delays. */
  private static float choose(float step, float here, float otherwise) {
    return here * step + (1 - step) * otherwise;
  }

  private static double choose(double step, double here, double otherwise) {
    return here * step + (1 - step) * otherwise;
  }

  private static Threads threads() {
    return Resources.shared().threads();
  }

  private static int blocks(INDArray array) {
    return Math.ceilDiv((int) array.size(0), RowBlock.ROWS);
  }

  private static float[] ones(RowBlock block) {
    float[] ones = new float[block.values.length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** All elements, row by row: the array's own memory, or a copy's. */
  private static NativeFloats floats(INDArray array) {
    boolean dense =
        array.dataType() == DataType.FLOAT
            && array.ordering() == 'c'
            && array.elementWiseStride() == 1
            && !array.isView();
    return NativeFloats.of(dense ? array : array.castTo(DataType.FLOAT).dup('c'));
  }

  private static double[] doubles(INDArray array) {
    double[] values = new double[(int) array.length()];
    array.castTo(DataType.DOUBLE).dup('c').data().asNioDouble().get(values);
    return values;
  }

  private static INDArray like(INDArray array, double[] values) {
    return Nd4j.createFromArray(values).reshape('c', array.shape());
  }
}
