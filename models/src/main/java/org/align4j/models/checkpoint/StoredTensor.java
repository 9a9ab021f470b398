package org.align4j.models.checkpoint;

import java.lang.foreign.MemorySegment;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A tensor as stored in a mapped file; the shape is the Hugging Face one, rows first.
 *
 * @param data the bytes of exactly this tensor
 */
record StoredTensor(String name, StoredFormat format, long[] shape, MemorySegment data) {

  long elements() {
    long product = 1;
    for (long size : shape) {
      product *= size;
    }
    return product;
  }

  /** Decodes to a new float32 array. */
  INDArray load() {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    format.decode(data, memory(array), elements());
    return array;
  }

  /**
   * Decodes a matrix whose rows llama.cpp's converter permuted for interleaved rotary positions:
   * within each head row {@code 2i+h} of the file is row {@code h·headDim/2+i} ({@code
   * convert_hf_to_gguf.py}, {@code permute}).
   */
  INDArray loadUnpermuted(int heads) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    MemorySegment to = memory(array);
    long columns = elements() / shape[0];
    int[] source = unpermuted(Math.toIntExact(shape[0]), heads);
    for (int row = 0; row < source.length; row++) {
      format.decode(
          data.asSlice(format.bytes(source[row] * columns), format.bytes(columns)),
          to.asSlice(4L * row * columns, 4 * columns),
          columns);
    }
    return array;
  }

  /** The row of the file that each row of the parameter is, see {@link #loadUnpermuted}. */
  static int[] unpermuted(int rows, int heads) {
    int[] source = new int[rows];
    int half = rows / heads / 2;
    for (int head = 0; head < heads; head++) {
      for (int row = 0; row < 2 * half; row++) {
        source[head * 2 * half + row] = head * 2 * half + 2 * (row % half) + row / half;
      }
    }
    return source;
  }

  /** A matrix of these bytes. */
  StoredMatrix matrix() {
    return StoredMatrix.of(format, Math.toIntExact(shape[0]), Math.toIntExact(shape[1]), data);
  }

  /** The native memory of a dense float32 array. */
  static MemorySegment memory(INDArray array) {
    return MemorySegment.ofAddress(array.data().address() + 4 * array.offset())
        .reinterpret(4 * array.length());
  }
}
