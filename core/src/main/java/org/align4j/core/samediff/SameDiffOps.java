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
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.TokenScores;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.tensor.Parameters;
import org.jspecify.annotations.Nullable;
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
 *
 * <p>The {@code rows} of {@link #tokenScores} and {@link #scalarHead} are a selection {@code
 * [M,N]}: row m is one at the wanted token and zero elsewhere.
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
    this.tokens = graph.placeHolder("tokens", DataType.INT, -1);
    this.positions = graph.placeHolder("positions", DataType.INT, -1);
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
  public SDVariable embedding(SDVariable table, SDVariable ids) {
    GraphInputs.Ids kind;
    if (ids == tokens) {
      kind = GraphInputs.Ids.TOKENS;
    } else {
      checkArgument(
          ids == positions, "embedding ids are %s: use the tokens or positions input", ids.name());
      kind = GraphInputs.Ids.POSITIONS;
    }
    long columns = parameters.get(table.name()).size(1);
    return activation(inputs.lookup(table.name(), kind, columns), columns);
  }

  @Override
  public SDVariable rmsNorm(SDVariable x, SDVariable weight, float eps) {
    long columns = width(x);
    long block = parameters.get(weight.name()).length();
    checkArgument(
        columns % block == 0,
        "rmsNorm weight [%s] does not divide the %s columns of its input",
        block,
        columns);
    SDVariable blocks = columns == block ? x : graph.reshape(x, -1, block);
    SDVariable meanSquare = graph.math().square(blocks).mean(true, 1);
    SDVariable scaled = blocks.mul(graph.math().rsqrt(meanSquare.add(eps))).mul(weight);
    columnsMade += 3 * columns;
    return activation(columns == block ? scaled : graph.reshape(scaled, -1, columns), columns);
  }

  @Override
  public SDVariable layerNorm(SDVariable x, SDVariable weight, SDVariable bias, float eps) {
    SDVariable centred = x.sub(x.mean(true, 1));
    SDVariable variance = graph.math().square(centred).mean(true, 1);
    columnsMade += 4 * width(x);
    return activation(
        centred.mul(graph.math().rsqrt(variance.add(eps))).mul(weight).add(bias), width(x));
  }

  @Override
  public SDVariable linear(
      SDVariable x, SDVariable weight, @Nullable SDVariable bias, WeightLayout layout) {
    INDArray array = parameters.get(weight.name());
    boolean outFirst = layout == WeightLayout.OUT_IN;
    checkArgument(
        array.rank() == 2 && array.size(outFirst ? 1 : 0) == width(x),
        "%s is %s (%s) but its input has %s columns",
        weight.name(),
        array.shapeInfoToString(),
        layout,
        width(x));
    SDVariable product = graph.mmul(x, weight, false, outFirst, false);
    long columns = array.size(outFirst ? 0 : 1);
    columnsMade += bias == null ? 0 : columns;
    return activation(bias == null ? product : product.add(bias), columns);
  }

  @Override
  public SDVariable columns(SDVariable x, int from, int to) {
    checkArgument(
        from >= 0 && from < to && to <= width(x),
        "columns [%s, %s) are outside the %s there are",
        from,
        to,
        width(x));
    return activation(x.get(SDIndex.all(), SDIndex.interval(from, to)), to - from);
  }

  /**
   * {@code x ⊙ cos + (x·R) ⊙ sin}, where R turns the halves of a head: a product of {@code
   * headDim²} instead of four slices, whose ops would cost more than they compute.
   */
  @Override
  public SDVariable rope(SDVariable x, RopeTable table, SDVariable ids) {
    checkArgument(ids == positions, "rope positions are %s: use the positions input", ids.name());
    long columns = width(x);
    int headDim = table.headDim();
    checkArgument(
        columns % headDim == 0, "rope heads of %s columns do not divide %s", headDim, columns);
    var rotation = inputs.rotation(table, (int) (columns / headDim));
    SDVariable turn = graph.constant("turn." + rotation.cos(), Feeds.turn(headDim, type));
    SDVariable turned = graph.reshape(graph.mmul(graph.reshape(x, -1, headDim), turn), -1, columns);
    SDVariable cos = graph.getVariable(rotation.cos());
    SDVariable sin = graph.getVariable(rotation.sin());
    columnsMade += 3 * columns;
    return activation(x.mul(cos).add(turned.mul(sin)), columns);
  }

  @Override
  public SDVariable attention(SDVariable q, SDVariable k, SDVariable v, Heads heads) {
    long queryColumns = (long) heads.query() * heads.headDim();
    long keyColumns = (long) heads.key() * heads.headDim();
    checkArgument(
        width(q) == queryColumns && width(k) == keyColumns && width(v) == keyColumns,
        "attention columns %s, %s, %s do not match %s",
        width(q),
        width(k),
        width(v),
        heads);
    SDVariable scaled = q.mul(1 / Math.sqrt(heads.headDim()));
    columnsMade += 6 * queryColumns + 4 * keyColumns;
    return activation(
        mode == Mode.STEP
            ? stepAttention(scaled, k, v, heads)
            : wholeAttention(scaled, k, v, heads),
        queryColumns);
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

  @Override
  public SDVariable swiGlu(SDVariable gate, SDVariable up) {
    columnsMade += width(gate);
    return activation(graph.nn().swish(gate).mul(up), width(gate));
  }

  @Override
  public SDVariable gelu(SDVariable x, Gelu form) {
    SDVariable inner =
        switch (form) {
          case ERF -> graph.math().erf(x.mul(Math.sqrt(0.5)));
          case TANH -> {
            SDVariable cubed = graph.math().square(x).mul(x).mul(0.044715);
            yield graph.math().tanh(x.add(cubed).mul(Math.sqrt(2 / Math.PI)));
          }
        };
    columnsMade += 5 * width(x);
    return activation(x.mul(0.5).mul(inner.add(1.0)), width(x));
  }

  @Override
  public SDVariable add(SDVariable a, SDVariable b) {
    checkArgument(
        width(a) == width(b), "sum of %s and %s columns: they must match", width(a), width(b));
    return activation(a.add(b), width(a));
  }

  @Override
  public TokenScores<SDVariable> tokenScores(
      SDVariable hidden,
      SDVariable head,
      SDVariable rows,
      SDVariable labels,
      SDVariable temperature) {
    return tokenScores(graph.mmul(rows, hidden), head, labels, temperature);
  }

  /**
   * Scores of rows that were picked already.
   *
   * @param hidden {@code [M,D]}
   * @param temperature {@code [1,1]}
   */
  TokenScores<SDVariable> tokenScores(
      SDVariable hidden, SDVariable head, SDVariable labels, SDVariable temperature) {
    int vocabulary = (int) parameters.get(head.name()).size(0);
    SDVariable logits = graph.mmul(hidden.div(temperature), head, false, true, false);
    SDVariable centred = logits.sub(logits.max(true, 1));
    SDVariable exponentials = graph.math().exp(centred);
    SDVariable sum = exponentials.sum(1);
    SDVariable logSum = graph.math().log(sum);
    SDVariable picked = centred.mul(graph.oneHot(labels, vocabulary, -1, 1.0, 0.0, type)).sum(1);
    return new TokenScores<>(
        picked.sub(logSum), logSum.sub(exponentials.mul(centred).sum(1).div(sum)));
  }

  @Override
  public SDVariable scalarHead(
      SDVariable hidden, SDVariable weight, @Nullable SDVariable bias, SDVariable rows) {
    return scalarHead(graph.mmul(rows, hidden), weight, bias);
  }

  /** Values of rows that were picked already, {@code [M,D] -> [M]}. */
  SDVariable scalarHead(SDVariable hidden, SDVariable weight, @Nullable SDVariable bias) {
    SDVariable product = graph.mmul(hidden, weight, false, true, false);
    return graph.reshape(bias == null ? product : product.add(bias), -1);
  }
}
