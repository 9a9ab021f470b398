package org.align4j.core.samediff;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ops.Heads;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Keys and values {@code [B, Hk, P, headDim]} of every attention. What a column holds for a
 * sequence, if anything, is its owner's business: keys are rotated before they come here, so their
 * order does not matter.
 */
public final class PaddedCache implements AutoCloseable {

  private final List<INDArray> keys = new ArrayList<>();
  private final List<INDArray> values = new ArrayList<>();
  private int columns;

  /** Zeros for {@code sequences} sequences of {@code columns} columns. */
  PaddedCache(List<Heads> attentions, DataType type, int sequences, int columns) {
    this.columns = columns;
    for (Heads heads : attentions) {
      keys.add(Nd4j.create(type, sequences, heads.key(), columns, heads.headDim()));
      values.add(Nd4j.create(type, sequences, heads.key(), columns, heads.headDim()));
    }
  }

  /** Takes arrays over. */
  PaddedCache(List<INDArray> keys, List<INDArray> values) {
    this.keys.addAll(keys);
    this.values.addAll(values);
    this.columns = keys.isEmpty() ? 0 : (int) keys.get(0).size(2);
  }

  /** P. */
  int columns() {
    return columns;
  }

  INDArray keys(int layer) {
    return keys.get(layer);
  }

  INDArray values(int layer) {
    return values.get(layer);
  }

  /** Puts arrays with one more column in the place of a layer's. */
  void replace(int layer, INDArray newKeys, INDArray newValues) {
    HostArrays.free(keys.set(layer, newKeys));
    HostArrays.free(values.set(layer, newValues));
  }

  /** Says that every layer was replaced. */
  void lengthen() {
    columns++;
  }

  /**
   * Copies columns {@code [from, to)} of one sequence to the columns from {@code at} of another.
   */
  public void copy(PaddedCache source, int sequence, int from, int to, int target, int at) {
    for (int layer = 0; layer < keys.size(); layer++) {
      copy(source.keys(layer), sequence, from, to, keys(layer), target, at);
      copy(source.values(layer), sequence, from, to, values(layer), target, at);
    }
  }

  private static void copy(
      INDArray source, int sequence, int from, int to, INDArray destination, int target, int at) {
    destination.put(index(target, at, at + to - from), source.get(index(sequence, from, to)));
  }

  private static INDArrayIndex[] index(int sequence, int from, int to) {
    return new INDArrayIndex[] {
      NDArrayIndex.point(sequence),
      NDArrayIndex.all(),
      NDArrayIndex.interval(from, to),
      NDArrayIndex.all()
    };
  }

  @Override
  public void close() {
    keys.forEach(HostArrays::free);
    values.forEach(HostArrays::free);
  }
}
