package org.align4j.core.samediff;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.RopeTable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The placeholders a graph asks for beyond its tokens, in the order they were declared. Every use
 * has a placeholder of its own, though many are fed the same array: with ND4J 1.0.0-M1.1 a leaf
 * that two ops read cannot be differentiated.
 */
final class GraphInputs {

  /** What the ids of a lookup are. */
  enum Ids {
    TOKENS,
    POSITIONS
  }

  /** Rows {@code [N,D]} of a parameter, looked up outside the graph. */
  record Lookup(String placeholder, String table, Ids ids) {}

  /** Cosines and sines {@code [N, blocks·headDim]}. */
  record Rotation(String cos, String sin, RopeTable table, int blocks) {}

  /** One attention: its additive mask, what it caches, and for one-token steps its past. */
  record Attention(
      Heads heads, String mask, String keys, String values, String pastKeys, String pastValues) {}

  private final SameDiff graph;
  private final DataType type;
  private final List<Lookup> lookups = new ArrayList<>();
  private final List<Rotation> rotations = new ArrayList<>();
  private final List<Attention> attentions = new ArrayList<>();
  private final List<ShapeInput> shapes = new ArrayList<>();
  private int next;

  /** A reshape target that depends on the batch; {@code dims} uses {@link #B} and {@link #T}. */
  record ShapeInput(String placeholder, long[] dims) {
    /** Stands for the number of sequences. */
    static final long B = -1;

    /** Stands for the number of columns; {@code T - n + 1} stands for n times as many. */
    static final long T = -2;

    long[] at(long sequences, long columns) {
      long[] result = dims.clone();
      for (int i = 0; i < result.length; i++) {
        if (dims[i] == B) {
          result[i] = sequences;
        } else if (dims[i] <= T) {
          result[i] = (T - dims[i] + 1) * columns;
        }
      }
      return result;
    }
  }

  GraphInputs(SameDiff graph, DataType type) {
    this.graph = graph;
    this.type = type;
  }

  /** A new placeholder of the graph's floating type; −1 for an axis that varies. */
  SDVariable placeholder(String role, long... shape) {
    return graph.placeHolder("in." + role + "." + next++, type, shape);
  }

  SDVariable lookup(String table, Ids ids, long columns) {
    SDVariable rows = placeholder("rows", -1, columns);
    lookups.add(new Lookup(rows.name(), table, ids));
    return rows;
  }

  Rotation rotation(RopeTable table, int blocks) {
    long columns = (long) blocks * table.headDim();
    Rotation rotation =
        new Rotation(
            placeholder("cos", -1, columns).name(),
            placeholder("sin", -1, columns).name(),
            table,
            blocks);
    rotations.add(rotation);
    return rotation;
  }

  SDVariable shape(long... dims) {
    SDVariable shape = graph.placeHolder("in.shape." + next++, DataType.INT64, (long) dims.length);
    shapes.add(new ShapeInput(shape.name(), dims));
    return shape;
  }

  void attention(Attention attention) {
    attentions.add(attention);
  }

  List<Lookup> lookups() {
    return lookups;
  }

  List<Rotation> rotations() {
    return rotations;
  }

  List<Attention> attentions() {
    return attentions;
  }

  List<ShapeInput> shapes() {
    return shapes;
  }
}
