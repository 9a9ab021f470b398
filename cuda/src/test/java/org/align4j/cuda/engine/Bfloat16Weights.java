package org.align4j.cuda.engine;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.util.function.Predicate;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Parameters as a checkpoint in bfloat16 stores them: the first 16 bits of each float. */
record Bfloat16Weights(Parameters parameters) implements StoredWeights {

  /** Some of the parameters, cut to what bfloat16 holds. */
  static Bfloat16Weights of(Parameters all, Predicate<String> picks) {
    Parameters cut = all.only(picks).copy();
    for (String name : cut.names()) {
      INDArray array = cut.get(name);
      for (long i = 0; i < array.length(); i++) {
        int bits = Float.floatToRawIntBits(array.data().getFloat(i));
        array.data().put(i, Float.intBitsToFloat(bits & 0xffff0000));
      }
    }
    return new Bfloat16Weights(cut);
  }

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
    short[] bits = new short[(int) array.length()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = (short) (Float.floatToRawIntBits(array.data().getFloat(i)) >> 16);
    }
    return StoredMatrix.of(
        StoredFormat.BF16, (int) array.size(0), (int) array.size(1), MemorySegment.ofArray(bits));
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
}
