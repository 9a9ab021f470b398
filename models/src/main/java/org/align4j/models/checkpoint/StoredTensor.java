package org.align4j.models.checkpoint;

import java.lang.foreign.MemorySegment;
import org.align4j.core.kernel.stored.StoredFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A tensor as it lies in a mapped file; the shape is the Hugging Face one, rows first.
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
    long half = shape[0] / heads / 2;
    for (long head = 0; head < heads; head++) {
      for (long row = 0; row < 2 * half; row++) {
        long source = head * 2 * half + 2 * (row % half) + row / half;
        long target = head * 2 * half + row;
        format.decode(
            data.asSlice(format.bytes(source * columns), format.bytes(columns)),
            to.asSlice(4 * target * columns, 4 * columns),
            columns);
      }
    }
    return array;
  }

  /** The native memory of a dense float32 array. */
  static MemorySegment memory(INDArray array) {
    return MemorySegment.ofAddress(array.data().address() + 4 * array.offset())
        .reinterpret(4 * array.length());
  }
}
