package org.align4j.core.samediff;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static org.align4j.core.samediff.GraphInputs.ShapeInput.B;
import static org.align4j.core.samediff.GraphInputs.ShapeInput.T;

import java.util.HashMap;
import java.util.Map;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.Ops;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.tensor.Parameters;
import org.nd4j.autodiff.samediff.SDIndex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The vocabulary as a stock SameDiff graph: no custom ops, and of ND4J's own only those whose
 * gradients are right in 1.0.0-M2.1 and 1.0.0-M1.1 alike.
 *
 * <p>A batch is padded to B sequences of T columns and N = B·T; activations stay {@code [N,
 * columns]}. What would need an op with a wrong gradient is fed: looked-up rows of a table are a
 * placeholder {@code [N,D]} whose gradient is added to the table outside the graph, and so are
 * cosines, sines and the causal mask. The ids of {@link #embedding} and {@link #rope} are therefore
 * the network's inputs and nothing computed.
 */
public final class SameDiffOps implements Ops<SDVariable> {

  /** What an attention works on. */
  enum Mode {
    /** Whole padded sequences. */
    SEQUENCES,
    /** One new token a sequence, after keys and values that are fed. */
    STEP
  }

  private final SameDiff graph;
  private final Parameters parameters;
  private final DataType type;
  private final Mode mode;
  private final GraphInputs inputs;
  private final SDVariable tokens;
  private final SDVariable positions;
  private final Map<String, Long> widths = new HashMap<>();
  private final Shapes<SDVariable> shapes = new VariableShapes();
  private long columnsMade;

  /** Ops that add to a graph; its parameters become variables that share their arrays. */
  public SameDiffOps(SameDiff graph, Parameters parameters) {
    this(graph, parameters, Mode.SEQUENCES);
  }

  SameDiffOps(SameDiff graph, Parameters parameters, Mode mode) {
    this.graph = graph;
    this.parameters = parameters;
    this.type = parameters.dataType();
    this.mode = mode;
    this.inputs = new GraphInputs(graph, type);
    this.tokens = graph.placeHolder("tokens", DataType.INT32, -1);
    this.positions = graph.placeHolder("positions", DataType.INT32, -1);
  }

  /** The input that stands for token ids, {@code [N]}. */
  public SDVariable tokens() {
    return tokens;
  }

  /** The input that stands for positions, {@code [N]}. */
  public SDVariable positions() {
    return positions;
  }

  GraphInputs inputs() {
    return inputs;
  }

  /** Columns of all activations together: floats per token that a forward pass makes. */
  long columnsMade() {
    return columnsMade;
  }

  /** Columns of an activation. */
  long width(SDVariable x) {
    Long width = widths.get(x.name());
    checkArgument(width != null, "%s is no activation of this graph", x.name());
    return width;
  }

  /** Declares the columns of an activation that was made elsewhere. */
  SDVariable activation(SDVariable x, long columns) {
    widths.put(x.name(), columns);
    columnsMade += columns;
    return x;
  }

  @Override
  public SDVariable parameter(String name) {
    if (graph.hasVariable(name)) {
      return graph.getVariable(name);
    }
    INDArray array = parameters.get(name);
    SDVariable variable = graph.var(name, array);
    checkState(
        variable.getArr() == array, "ND4J copied %s: updates would not reach the graph", name);
    return variable;
  }

  @Override
  public SDVariable apply(Op<SDVariable> op) {
    int columns = op.columns(shapes);
    SDVariable made =
        switch (op) {
          case Op.Embedding<SDVariable> e -> lookup(e, columns);
          case Op.RmsNorm<SDVariable> n -> normalized(n, columns);
          case Op.LayerNorm<SDVariable> n -> normalized(n);
          case Op.Linear<SDVariable> l -> product(l, columns);
          case Op.Columns<SDVariable> c ->
              c.x().get(SDIndex.all(), SDIndex.interval(c.from(), c.to()));
          case Op.Rope<SDVariable> r -> rotated(r, columns);
          case Op.Attention<SDVariable> a -> attended(a);
          case Op.SwiGlu<SDVariable> g -> {
            columnsMade += columns;
            yield graph.nn().swish(g.gate()).mul(g.up());
          }
          case Op.GeGlu<SDVariable> g -> {
            columnsMade += columns;
            yield gelu(g.gate(), Gelu.TANH, columns).mul(g.up());
          }
          case Op.GeluOf<SDVariable> g -> gelu(g.x(), g.form(), columns);
          case Op.Scale<SDVariable> s -> s.x().mul(s.factor());
          case Op.Add<SDVariable> a -> a.a().add(a.b());
        };
    return activation(made, columns);
  }

  private SDVariable lookup(Op.Embedding<SDVariable> op, int columns) {
    GraphInputs.Ids kind = op.ids() == tokens ? GraphInputs.Ids.TOKENS : GraphInputs.Ids.POSITIONS;
    return inputs.lookup(op.table().name(), kind, columns);
  }

  private SDVariable normalized(Op.RmsNorm<SDVariable> op, int columns) {
    SDVariable x = op.x();
    long block = parameters.get(op.weight().name()).length();
    SDVariable blocks = columns == block ? x : graph.reshape(x, -1, block);
    SDVariable meanSquare = graph.math().square(blocks).mean(true, 1);
    SDVariable weight = op.offset() == 0 ? op.weight() : op.weight().add(op.offset());
    SDVariable scaled = blocks.mul(graph.math().rsqrt(meanSquare.add(op.eps()))).mul(weight);
    columnsMade += 3L * columns;
    return columns == block ? scaled : graph.reshape(scaled, -1, columns);
  }

  private SDVariable normalized(Op.LayerNorm<SDVariable> op) {
    SDVariable centred = op.x().sub(op.x().mean(true, 1));
    SDVariable variance = graph.math().square(centred).mean(true, 1);
    columnsMade += 4 * width(op.x());
    return centred.mul(graph.math().rsqrt(variance.add(op.eps()))).mul(op.weight()).add(op.bias());
  }

  private SDVariable product(Op.Linear<SDVariable> op, int columns) {
    SDVariable product =
        graph.mmul(op.x(), op.weight(), false, op.layout() == WeightLayout.OUT_IN, false);
    columnsMade += op.bias() == null ? 0 : columns;
    return op.bias() == null ? product : product.add(op.bias());
  }

  /**
   * {@code x ⊙ cos + (x·R) ⊙ sin}, where R turns the halves of the columns that are rotated: a
   * product of {@code headDim²} instead of four slices, whose ops would cost more than they
   * compute.
   */
  private SDVariable rotated(Op.Rope<SDVariable> op, int columns) {
    SDVariable x = op.x();
    int headDim = op.table().headDim();
    var rotation = inputs.rotation(op.table(), columns / headDim);
    SDVariable turn = graph.constant("turn." + rotation.cos(), Feeds.turn(op.table(), type));
    SDVariable turned = graph.reshape(graph.mmul(graph.reshape(x, -1, headDim), turn), -1, columns);
    SDVariable cos = graph.getVariable(rotation.cos());
    SDVariable sin = graph.getVariable(rotation.sin());
    columnsMade += 3L * columns;
    return x.mul(cos).add(turned.mul(sin));
  }

  private SDVariable attended(Op.Attention<SDVariable> op) {
    Heads heads = op.heads();
    SDVariable scaled = op.q().mul(1 / Math.sqrt(heads.headDim()));
    columnsMade += 6 * width(op.q()) + 4 * width(op.k());
    return mode == Mode.STEP
        ? stepAttention(scaled, op.k(), op.v(), heads)
        : wholeAttention(scaled, op.k(), op.v(), heads);
  }

  private SDVariable wholeAttention(SDVariable q, SDVariable k, SDVariable v, Heads heads) {
    long group = heads.query() / heads.key();
    long groupRows = T - group + 1;
    // The queries that share a key head are stacked on the time axis: no copy of keys or values.
    SDVariable queries =
        graph.reshape(
            graph.permute(
                graph.reshape(q, inputs.shape(B, T, heads.key(), group, heads.headDim())),
                0,
                2,
                3,
                1,
                4),
            inputs.shape(B, heads.key(), groupRows, heads.headDim()));
    SDVariable keys = headsFirst(k, heads);
    SDVariable values = headsFirst(v, heads);
    SDVariable mask = inputs.placeholder("mask", 1, 1, -1, -1);
    inputs.attention(
        new GraphInputs.Attention(heads, mask.name(), keys.name(), values.name(), "", ""));
    SDVariable mixed = mix(queries, keys, values, mask);
    SDVariable split =
        graph.reshape(mixed, inputs.shape(B, heads.key(), group, T, heads.headDim()));
    return graph.reshape(
        graph.permute(split, 0, 3, 1, 2, 4), -1, (long) heads.query() * heads.headDim());
  }

  private SDVariable headsFirst(SDVariable x, Heads heads) {
    return graph.permute(
        graph.reshape(x, inputs.shape(B, T, heads.key(), heads.headDim())), 0, 2, 1, 3);
  }

  private SDVariable stepAttention(SDVariable q, SDVariable k, SDVariable v, Heads heads) {
    int group = heads.query() / heads.key();
    SDVariable queries = graph.reshape(q, -1, heads.key(), group, heads.headDim());
    SDVariable pastKeys = inputs.placeholder("keys", -1, heads.key(), -1, heads.headDim());
    SDVariable pastValues = inputs.placeholder("values", -1, heads.key(), -1, heads.headDim());
    SDVariable keys =
        graph.concat(2, pastKeys, graph.reshape(k, -1, heads.key(), 1, heads.headDim()));
    SDVariable values =
        graph.concat(2, pastValues, graph.reshape(v, -1, heads.key(), 1, heads.headDim()));
    SDVariable mask = inputs.placeholder("mask", -1, 1, 1, -1);
    inputs.attention(
        new GraphInputs.Attention(
            heads, mask.name(), keys.name(), values.name(), pastKeys.name(), pastValues.name()));
    return graph.reshape(
        mix(queries, keys, values, mask), -1, (long) heads.query() * heads.headDim());
  }

  private SDVariable mix(SDVariable queries, SDVariable keys, SDVariable values, SDVariable mask) {
    SDVariable scores = graph.mmul(queries, keys, false, true, false).add(mask);
    return graph.mmul(graph.nn().softmax(scores, 3), values);
  }

  private SDVariable gelu(SDVariable x, Gelu form, int columns) {
    SDVariable inner =
        switch (form) {
          case ERF -> graph.math().erf(x.mul(Math.sqrt(0.5)));
          case TANH -> {
            SDVariable cubed = graph.math().square(x).mul(x).mul(0.044715);
            yield graph.math().tanh(x.add(cubed).mul(Math.sqrt(2 / Math.PI)));
          }
        };
    columnsMade += 5L * columns;
    return x.mul(0.5).mul(inner.add(1.0));
  }

  /** Shapes of the graph's variables. */
  private final class VariableShapes implements Shapes<SDVariable> {

    @Override
    public int columns(String op, SDVariable activation) {
      Long width = widths.get(activation.name());
      checkArgument(width != null, "%s of %s: not an activation", op, activation.name());
      return Math.toIntExact(width);
    }

    @Override
    public int parameterRows(String op, SDVariable parameter) {
      INDArray array = array(op, parameter);
      return array.rank() == 1 ? 1 : Math.toIntExact(array.size(0));
    }

    @Override
    public int parameterColumns(String op, SDVariable parameter) {
      INDArray array = array(op, parameter);
      return Math.toIntExact(array.size(array.rank() - 1));
    }

    private INDArray array(String op, SDVariable parameter) {
      checkArgument(
          parameters.contains(parameter.name()), "%s by %s: not a parameter", op, parameter.name());
      return parameters.get(parameter.name());
    }

    @Override
    public boolean areTokens(SDVariable node) {
      return node == tokens;
    }

    @Override
    public boolean arePositions(SDVariable node) {
      return node == positions;
    }
  }
}
