package org.align4j.models.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.file.BadFileException;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Looks for NaN and infinities among weights: one pass over memory. */
final class FiniteWeights {

  /** Bits of infinity; those of a NaN without its sign are above. */
  private static final int INFINITY = 0x7f800000;

  private static final int CHUNK = 8192;

  private FiniteWeights() {}

  /** The array, if all of its numbers are finite. */
  static INDArray checked(Path file, String name, INDArray array) {
    MemorySegment memory = StoredTensor.memory(array);
    int[] bits = new int[(int) Math.min(CHUNK, array.length())];
    for (long done = 0; done < array.length(); done += bits.length) {
      int count = (int) Math.min(bits.length, array.length() - done);
      MemorySegment.copy(memory, ValueLayout.JAVA_INT, 4 * done, bits, 0, count);
      int largest = 0;
      for (int i = 0; i < count; i++) {
        largest = Math.max(largest, bits[i] & Integer.MAX_VALUE);
      }
      if (largest >= INFINITY) {
        array.close();
        throw notFinite(file, name, largest);
      }
    }
    return array;
  }

  /** Checks a matrix as stored, row by row. */
  static void check(Path file, String name, StoredMatrix matrix) {
    float[] row = new float[matrix.columns()];
    for (int r = 0; r < matrix.rows(); r++) {
      matrix.decodeRow(r, row);
      int largest = 0;
      for (float value : row) {
        largest = Math.max(largest, Float.floatToRawIntBits(value) & Integer.MAX_VALUE);
      }
      if (largest >= INFINITY) {
        throw notFinite(file, name, largest);
      }
    }
  }

  private static BadFileException notFinite(Path file, String name, int largest) {
    String found = largest > INFINITY ? "NaN" : "infinite";
    return new BadFileException(
        file,
        "tensor %s has a weight that is not finite (%s): the weights are damaged, or their training had diverged; fetch the file again or take another checkpoint"
            .formatted(BadFileException.quote(name), found),
        new NotFiniteException("a weight of %s is %s", name, found));
  }
}
