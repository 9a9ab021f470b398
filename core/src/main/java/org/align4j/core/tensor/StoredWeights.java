package org.align4j.core.tensor;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters as a file stores them, for networks that do not train them. Nothing is widened before
 * it is asked for.
 */
public interface StoredWeights extends AutoCloseable {

  /** Names in order. */
  ImmutableList<String> names();

  /** Shape of a parameter. */
  long[] shape(String name);

  /** A parameter of two axes, as stored; its transpose where {@link #isTransposed} says so. */
  StoredMatrix matrix(String name);

  /** Whether {@link #matrix} is the transpose of the parameter. */
  boolean isTransposed(String name);

  /** A new float32 array of the parameter's shape; the caller closes it. */
  INDArray load(String name);

  /** Number of elements of all parameters. */
  default long size() {
    long size = 0;
    for (String name : names()) {
      long elements = 1;
      for (long axis : shape(name)) {
        elements *= axis;
      }
      size += elements;
    }
    return size;
  }

  @Override
  void close();

  /** Float32 parameters in memory, taken over. */
  static StoredWeights of(Parameters parameters) {
    return new StoredWeights() {
      @Override
      public ImmutableList<String> names() {
        return parameters.names();
      }

      @Override
      public long[] shape(String name) {
        return parameters.get(name).shape();
      }

      @Override
      public StoredMatrix matrix(String name) {
        INDArray array = parameters.get(name);
        MemorySegment memory =
            MemorySegment.ofAddress(array.data().address() + Float.BYTES * array.offset())
                .reinterpret(Float.BYTES * array.length());
        return StoredMatrix.of(
            StoredFormat.F32,
            Math.toIntExact(array.size(0)),
            Math.toIntExact(array.size(1)),
            memory);
      }

      @Override
      public boolean isTransposed(String name) {
        return false;
      }

      @Override
      public INDArray load(String name) {
        return parameters.get(name).dup('c');
      }

      @Override
      public void close() {
        parameters.close();
      }
    };
  }
}
