package org.align4j.cuda.check.kernel;

import java.util.Arrays;
import org.align4j.core.kernel.Scratch;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;

/** Operands of core's kernels; closing frees them. */
final class HostRoom implements AutoCloseable {

  private final NativeMemory memory = new NativeMemory();
  private final Scratch scratch = new Scratch();

  Scratch scratch() {
    return scratch;
  }

  NativeFloats floats(float[] values) {
    NativeFloats floats = memory.allocate(values.length);
    floats.copyFrom(values, 0, values.length);
    return floats;
  }

  NativeFloats zeros(long count) {
    return memory.allocate(count);
  }

  Matrix matrix(Table table) {
    return floats(table.values()).matrix(table.columns());
  }

  Matrix matrix(int rows, int columns) {
    return memory.allocate((long) rows * columns).matrix(columns);
  }

  static double[] read(NativeFloats floats) {
    return Table.widened(floats.toArray());
  }

  /** A dense matrix. */
  static double[] read(Matrix matrix) {
    double[] values = new double[matrix.rows() * matrix.columns()];
    for (int r = 0; r < matrix.rows(); r++) {
      System.arraycopy(read(matrix.row(r)), 0, values, r * matrix.columns(), matrix.columns());
    }
    return values;
  }

  /** One after the other. */
  static double[] join(double[]... parts) {
    double[] all = new double[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  @Override
  public void close() {
    scratch.close();
    memory.close();
  }
}
