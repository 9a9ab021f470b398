package org.align4j.cuda.check.kernel;

import java.util.Random;

/**
 * Rows of floats, dense.
 *
 * @param values {@code [rows, columns]}
 */
record Table(float[] values, int rows, int columns) {

  /** Normal numbers. */
  static Table random(long seed, int rows, int columns) {
    return new Table(Table.normal(seed, rows * columns), rows, columns);
  }

  /** Normal numbers. */
  static float[] normal(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Indices below a bound. */
  static int[] indices(long seed, int count, int bound) {
    return new Random(seed).ints(count, 0, bound).toArray();
  }

  /** One element. */
  double at(int row, int column) {
    return values[row * columns + column];
  }

  /** All as double. */
  double[] exact() {
    return widened(values);
  }

  static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
