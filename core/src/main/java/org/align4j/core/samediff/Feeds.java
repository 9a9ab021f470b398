package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.tensor.Parameters;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays for the placeholders of one run; closing frees those that were made here. */
final class Feeds implements AutoCloseable {

  /** Added to the scores of keys that are not attended to: their weight becomes exactly 0. */
  static final float MASKED = -1e9f;

  private final DataType type;
  private final Map<String, INDArray> arrays = new HashMap<>();
  private final List<INDArray> owned = new ArrayList<>();

  Feeds(DataType type) {
    this.type = type;
  }

  Map<String, INDArray> arrays() {
    return arrays;
  }

  /** Feeds an array that belongs to someone else. */
  void lend(String placeholder, INDArray array) {
    arrays.put(placeholder, array);
  }

  /** Feeds an array and frees it in the end. */
  INDArray give(String placeholder, INDArray array) {
    arrays.put(placeholder, array);
    return own(array);
  }

  private INDArray own(INDArray array) {
    owned.add(array);
    return array;
  }

  INDArray give(String placeholder, float[] values, long... shape) {
    return give(placeholder, floats(values, type, shape));
  }

  /** An array of this type from float32 values. */
  static INDArray floats(float[] values, DataType type, long... shape) {
    return Nd4j.create(values, shape, type);
  }

  /** Everything that tokens and positions decide: looked-up rows, cosines and sines. */
  void tokens(GraphInputs inputs, Parameters parameters, int[] tokens, int[] positions) {
    for (var lookup : inputs.lookups()) {
      boolean ofTokens = lookup.ids() == GraphInputs.Ids.TOKENS;
      give(lookup.placeholder(), rows(parameters, lookup.table(), ofTokens ? tokens : positions));
    }
    Map<RopeKey, INDArray[]> made = new HashMap<>();
    for (var rotation : inputs.rotations()) {
      INDArray[] pair =
          made.computeIfAbsent(
              new RopeKey(rotation.table(), rotation.blocks()), key -> angles(key, positions));
      lend(rotation.cos(), pair[0]);
      lend(rotation.sin(), pair[1]);
    }
  }

  private static INDArray rows(Parameters parameters, String name, int[] ids) {
    INDArray table = parameters.get(name);
    long size = table.size(0);
    for (int id : ids) {
      checkArgument(id >= 0 && id < size, "id %s is outside %s, which has %s rows", id, name, size);
    }
    return Nd4j.pullRows(table, 1, ids);
  }

  private record RopeKey(RopeTable table, int blocks) {}

  private INDArray[] angles(RopeKey key, int[] positions) {
    RopeTable table = key.table();
    int headDim = table.headDim();
    int columns = key.blocks() * headDim;
    float[] cos = new float[positions.length * columns];
    float[] sin = new float[positions.length * columns];
    for (int n = 0; n < positions.length; n++) {
      checkArgument(
          positions[n] < table.positions(),
          "position %s is outside the rotary table of %s positions: shorten the sequence",
          positions[n],
          table.positions());
      for (int c = 0; c < columns; c++) {
        boolean rotated = c % headDim < table.rotated();
        int i = c % headDim % (table.rotated() / 2);
        cos[n * columns + c] = rotated ? table.cos(positions[n], i) : 1;
        sin[n * columns + c] = rotated ? table.sin(positions[n], i) : 0;
      }
    }
    return new INDArray[] {
      own(floats(cos, type, positions.length, columns)),
      own(floats(sin, type, positions.length, columns))
    };
  }

  /** Shapes and causal masks of whole padded sequences. */
  void sequences(GraphInputs inputs, int sequences, int columns) {
    for (var shape : inputs.shapes()) {
      give(shape.placeholder(), Nd4j.createFromArray(shape.at(sequences, columns)));
    }
    Map<Heads, INDArray> masks = new HashMap<>();
    for (var attention : inputs.attentions()) {
      lend(
          attention.mask(),
          masks.computeIfAbsent(attention.heads(), heads -> own(causal(heads, columns))));
    }
  }

  private INDArray causal(Heads heads, int columns) {
    int group = heads.query() / heads.key();
    float[] mask = new float[group * columns * columns];
    for (int row = 0; row < group * columns; row++) {
      int position = row % columns;
      Arrays.fill(mask, row * columns, row * columns + heads.firstKey(position), MASKED);
      Arrays.fill(mask, row * columns + position + 1, (row + 1) * columns, MASKED);
    }
    return floats(mask, type, 1, 1, (long) group * columns, columns);
  }

  /** R {@code [headDim, headDim]} with {@code x·R = (-x2, x1)} for {@code x = (x1, x2)}. */
  static INDArray turn(RopeTable table, DataType type) {
    int headDim = table.headDim();
    int half = table.rotated() / 2;
    float[] turn = new float[headDim * headDim];
    for (int i = 0; i < half; i++) {
      turn[(half + i) * headDim + i] = -1;
      turn[i * headDim + half + i] = 1;
    }
    return floats(turn, type, headDim, headDim);
  }

  @Override
  public void close() {
    owned.forEach(HostArrays::free);
  }
}
