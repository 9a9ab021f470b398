package org.align4j.core.samediff;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies between ND4J and Java arrays. */
final class HostArrays {

  private HostArrays() {}

  /** All elements in c order. */
  static double[] doubles(INDArray array) {
    INDArray dense = array.dup('c');
    double[] values = dense.data().asDouble();
    HostArrays.free(dense);
    return values;
  }

  /** Rounded to float32. */
  static float[] rounded(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  /**
   * Closes an array if it can be: what a session of 1.0.0-M1.1 answers may be a view of a larger
   * buffer.
   */
  static void free(INDArray array) {
    if (array.closeable()) {
      array.close();
    }
  }

  /** A dense array of this type. */
  static INDArray array(double[] values, DataType type, long... shape) {
    // Made in its shape: what reshape answers shares the memory, and closing it frees nothing.
    return Nd4j.create(values, shape, type);
  }
}
